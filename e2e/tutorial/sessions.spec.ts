import { john } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

test("the dashboard sends whoever isn't logged in to the login page", async ({ page }) => {
  await page.goto("/dashboard");
  await expect(page).toHaveURL("/login");
  await expect(personAt(page).status).toHaveText("Please log in to see your dashboard.");
});

test("a session that ended meanwhile is said, and logging in again works", async ({ page, authenticator, stack }) => {
  const person = personAt(page);
  await person.logIn(john);
  await stack.restartBackend();

  await person.tryRegistration();
  await expect(page).toHaveURL("/login");
  await expect(person.status).toHaveText("Please log in to see your dashboard.");
  expect(await authenticator.credentials()).toEqual([]);
  await person.tryPassword(john);
  await person.register();
});

test("logging out of a session that ended meanwhile is logging out", async ({ page, stack }) => {
  const person = personAt(page);
  await person.logIn(john);
  await stack.restartBackend();
  await person.logOut();
});

test("a session that was logged out is worth nothing, even to who kept its cookie", async ({
  page,
  context,
  stack,
}) => {
  const person = personAt(page);
  await person.logIn(john);
  const cookies = await context.cookies();
  await person.logOut();
  expect(await context.cookies()).toEqual([]);

  await context.addCookies(cookies);
  expect((await page.request.get(`${stack.backendUrl}/me`)).status()).toBe(401);
});

test("another origin's page can't log anybody out", async ({ page, context, stack }) => {
  const person = personAt(page);
  await person.logIn(john);
  // Same site (localhost), so the cookie is sent along; another port, so another origin.
  const response = await context.request.post(`${stack.backendUrl}/logout`, {
    headers: { Origin: "http://localhost:1" },
    data: {},
  });
  expect(response.status()).toBe(403);
  await page.reload();
  await expect(page.getByText(`Logged in as ${john.email}`)).toBeVisible();
});
