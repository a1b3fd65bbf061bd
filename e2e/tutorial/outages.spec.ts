import { john } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

const SERVICE_DOWN =
  "The passkey service isn't answering. Your password still works; try the passkey again in a moment.";

test("while Passgate is stopped the password still works, and passkeys do again once it's back", async ({
  page,
  authenticator,
  stack,
}) => {
  const person = personAt(page);
  await person.logIn(john);
  await person.register();
  await person.logOut();
  await stack.passgate.stop();

  await person.openLogin();
  await person.tryPasskey();
  await expect(person.alert).toHaveText(SERVICE_DOWN);
  await person.tryPassword(john);
  await expect(page).toHaveURL("/dashboard");
  await person.tryRegistration();
  await expect(person.alert).toHaveText(SERVICE_DOWN);
  await person.logOut();

  await stack.passgate.start();
  await person.signIn(john);
  expect(await authenticator.credentials()).toHaveLength(1);
});

test("Passgate that stops between the two steps is said, and the next try works", async ({
  page,
  authenticator,
  stack,
}) => {
  const person = personAt(page);
  await person.logIn(john);
  await page.route(`${stack.backendUrl}/passkeys/register`, async (route) => {
    const { finish } = route.request().postDataJSON() as { finish: boolean };
    if (finish) await stack.passgate.stop();
    await route.continue();
  });
  await person.tryRegistration();
  await expect(person.alert).toHaveText(SERVICE_DOWN);

  await page.unrouteAll();
  await stack.passgate.start();
  await person.register();
  expect(await authenticator.credentials()).toHaveLength(1);
});

test("a backend that can't be reached is said, and the app works once it can", async ({ page, context, stack }) => {
  const person = personAt(page);
  await person.openLogin();
  await context.setOffline(true);
  await person.tryPassword(john);
  await expect(person.alert).toHaveText("The app can't be reached. Check your connection and try again.");
  await person.tryPasskey();
  await expect(person.alert).toHaveText("The app can't be reached. Check your connection and try again.");

  await context.setOffline(false);
  await person.tryPassword(john);
  await expect(page.getByText(`Logged in as ${john.email}`)).toBeVisible();

  await page.route(`${stack.backendUrl}/me`, (route) => route.abort());
  await page.reload();
  await expect(person.alert).toHaveText("The app can't be reached. Check your connection and try again.");
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText(`Logged in as ${john.email}`)).toBeVisible();
});
