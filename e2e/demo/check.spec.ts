import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { addAuthenticator } from "../browser/addAuthenticator.ts";
import { john } from "../tutorial/demoUsers.ts";
import { personAt } from "../tutorial/personAt.ts";
import { screenshots } from "./screenshots.ts";

test("the demo does what it invites to", async ({ page }) => {
  const person = personAt(page);
  const picture = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });
  await page.setViewportSize({ width: 900, height: 760 });
  const authenticator = await addAuthenticator(page);

  await test.step("open the app", async () => {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
    await picture("1-home");
  });
  await test.step("log in with a password", async () => {
    await page.getByRole("link", { name: "Log in" }).click();
    await expect(page.getByLabel("Email")).toBeVisible();
    await picture("2-login");
    await person.tryPassword(john);
    await expect(page.getByText(`Logged in as ${john.email}`)).toBeVisible();
    await picture("3-dashboard");
  });
  await test.step("register a passkey", async () => {
    await person.register();
    expect(await authenticator.credentials()).toHaveLength(1);
    await picture("4-registered");
  });
  await test.step("log out", async () => {
    await person.logOut();
    await picture("5-logged-out");
  });
  await test.step("sign in with the passkey", async () => {
    await person.signIn(john);
    await picture("6-signed-in");
  });
});
