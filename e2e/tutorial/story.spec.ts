import { addAuthenticator } from "../browser/addAuthenticator.ts";
import { john, sergio } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

test("a person logs in with a password, registers a passkey, and signs in with it", async ({
  page,
  authenticator,
  complaints,
}) => {
  const person = personAt(page);

  await page.goto("/");
  await page.getByRole("link", { name: "Log in" }).click();
  await person.tryPassword(john);
  await expect(page).toHaveURL("/dashboard");
  await person.register();
  expect(await authenticator.credentials()).toHaveLength(1);
  await person.logOut();

  await page.getByRole("link", { name: "Log in" }).click();
  await person.tryPasskey();
  await expect(page).toHaveURL("/dashboard");
  await expect(page.getByText(`Logged in as ${john.email}`)).toBeVisible();
  expect(complaints).toEqual([]);
});

test("two people have a passkey each and are taken for nobody else", async ({
  browser,
  page,
  authenticator,
  stack,
}) => {
  const otherContext = await browser.newContext({ baseURL: stack.frontendUrl });
  const otherPage = await otherContext.newPage();
  await addAuthenticator(otherPage);
  const one = personAt(page);
  const other = personAt(otherPage);

  await one.logIn(john);
  await other.logIn(sergio);
  await one.register();
  await other.register();
  await one.logOut();
  await other.logOut();
  await other.signIn(sergio);
  await one.signIn(john);

  expect(await authenticator.credentials()).toHaveLength(1);
  await otherContext.close();
});

test("the session is a cookie that scripts can't read, other sites don't send, and that ends within an hour", async ({
  page,
  context,
}) => {
  await personAt(page).logIn(john);
  const [cookie, ...others] = await context.cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({ name: "sessionId", httpOnly: true, sameSite: "Lax", path: "/", domain: "localhost" });
  const secondsLeft = (cookie?.expires ?? -1) - Date.now() / 1000;
  expect(secondsLeft).toBeGreaterThan(3500);
  expect(secondsLeft).toBeLessThanOrEqual(3601);
});

test("the whole story is told with the keyboard alone", async ({ page, authenticator }) => {
  const { keyboard } = page;
  const focused = page.locator(":focus");
  const tabTo = async (role: "link" | "button" | "textbox", name: string) => {
    await keyboard.press("Tab");
    await expect(focused).toHaveRole(role);
    await expect(focused).toHaveAccessibleName(name);
    await expect(focused, "the focus can be seen").toHaveCSS("outline-style", "solid");
  };

  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
  await tabTo("link", "My app");
  await tabTo("link", "Log in");
  await keyboard.press("Enter");

  await expect(page).toHaveTitle("Log in · My app");
  await expect(focused, "a new page starts at its heading").toHaveRole("heading");
  await tabTo("textbox", "Email");
  await keyboard.type(john.email);
  // A password field has no role.
  await keyboard.press("Tab");
  await expect(focused).toHaveAccessibleName("Password");
  await keyboard.type(john.password);
  await keyboard.press("Enter");

  await expect(page).toHaveTitle("Dashboard · My app");
  await expect(page.getByText(`Logged in as ${john.email}`)).toBeVisible();
  await tabTo("button", "Register a new passkey");
  await keyboard.press("Enter");
  await expect(personAt(page).status).toContainText("Registration successful");
  await tabTo("button", "Log out");
  await keyboard.press("Space");

  await expect(page).toHaveTitle("Welcome · My app");
  await tabTo("link", "Log in");
  await keyboard.press("Enter");
  await expect(page).toHaveTitle("Log in · My app");
  await tabTo("textbox", "Email");
  await keyboard.press("Tab");
  await tabTo("button", "Log in");
  await tabTo("button", "Sign in with a passkey");
  await keyboard.press("Enter");
  await expect(page.getByText(`Logged in as ${john.email}`)).toBeVisible();
  expect(await authenticator.credentials()).toHaveLength(1);
});
