import type { Page } from "@playwright/test";
import { addAuthenticator } from "../browser/addAuthenticator.ts";
import { expect, test } from "./test.ts";

// What needs a passkey of the last five minutes. Nobody waits for them to pass: the database is told that they have.

const question = (page: Page) => page.getByRole("dialog", { name: "Confirm that it’s you" });
const cancelled = "The passkey prompt was closed before it finished. Nothing has changed";

test("creating a key asks for a passkey, and goes on where it was once it is shown", async ({
  page,
  does,
  installation,
  expectedStatuses,
}) => {
  expectedStatuses.add(403);
  await does.startProject();
  await does.openPage("API keys");
  await installation.ageSessions();
  await page.getByRole("button", { name: "Create API key" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Mobile backend");
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(question(page)).toBeVisible();
  await question(page).getByRole("button", { name: "Use a passkey" }).click();
  await expect(question(page)).toHaveCount(0);
  await expect(page.getByRole("dialog", { name: "Your new API key" }).locator(".secret")).toContainText("pgk_");
  await page.getByRole("button", { name: "I have saved it" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Mobile backend" })).toHaveCount(1);

  // It holds for what follows.
  await page.getByRole("button", { name: "Revoke Mobile backend" }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByRole("heading", { name: "No API key yet" })).toBeVisible();
});

test("a project isn’t deleted by somebody who shows no passkey", async ({
  page,
  does,
  installation,
  authenticator,
  expectedStatuses,
}) => {
  expectedStatuses.add(403);
  await does.startProject();
  await page.getByRole("button", { name: "Project Webshop" }).click();
  await page.getByRole("menuitem", { name: "Project settings" }).click();
  await installation.ageSessions();
  await page.getByRole("button", { name: "Delete project" }).click();
  const deleting = page.getByRole("dialog", { name: "Delete Webshop?" });
  await deleting.getByLabel(/^Type/).fill("Webshop");
  await deleting.getByRole("button", { name: "Delete project" }).click();
  await question(page).getByRole("button", { name: "Cancel" }).click();
  await expect(question(page)).toHaveCount(0);
  await expect(deleting.getByRole("alert")).toContainText(cancelled);

  // The device doesn't know the finger; the question stays, and says that nothing came of it.
  await authenticator.setUserVerified(false);
  await deleting.getByRole("button", { name: "Delete project" }).click();
  await question(page).getByRole("button", { name: "Use a passkey" }).click();
  await expect(question(page).getByRole("alert")).toContainText("Nothing has changed");
  await page.keyboard.press("Escape");
  await expect(question(page)).toHaveCount(0);
  await expect(deleting).toBeVisible();

  await authenticator.setUserVerified(true);
  await deleting.getByRole("button", { name: "Delete project" }).click();
  await question(page).getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByRole("heading", { name: "No project yet" })).toBeVisible();
});

test("new recovery codes need a passkey, ending sessions needs none", async ({
  page,
  does,
  installation,
  newPerson,
  authenticator,
  expectedStatuses,
}) => {
  expectedStatuses.add(403);
  await does.claim();
  const [code = ""] = await does.saveRecoveryCodes();
  const [credential] = await authenticator.credentials();

  // On another device, which has no passkey: the code is used, and time passes.
  const other = await newPerson();
  await other.page.goto("/console/recover");
  await other.page.getByLabel("Email").fill("ada@example.com");
  await other.page.getByLabel("Recovery code").fill(code);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await expect(other.page.getByRole("heading", { name: "You are back in" })).toBeVisible();
  await installation.ageSessions();
  await other.page.goto("/console/account");
  await other.page.getByRole("button", { name: "Make new codes" }).click();
  await question(other.page).getByRole("button", { name: "Cancel" }).click();
  await expect(other.page.getByRole("alert").filter({ hasText: cancelled })).toBeVisible();
  await expect(other.page.getByText("9 of 10 codes are left")).toBeVisible();

  // The passkey arrives there, synced.
  await other.authenticator.unplug();
  await addAuthenticator(other.page, "platform", credential);
  await other.page.getByRole("button", { name: "Make new codes" }).click();
  await question(other.page).getByRole("button", { name: "Use a passkey" }).click();
  await expect(other.page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem")).toHaveCount(10);
  await other.page.getByRole("button", { name: "I have saved them" }).click();

  // The code ended the first session; the passkey that the field suggests begins another. Its copy counts on.
  expectedStatuses.add(401);
  if (credential) await authenticator.rewindCounter(credential, 100);
  await page.goto("/console/account");
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  await installation.ageSessions();
  const sessions = page.getByRole("region", { name: "Sessions" });
  await expect(sessions.getByRole("row")).toHaveCount(3);
  await sessions.getByRole("button", { name: "End all others" }).click();
  await expect(sessions.getByRole("row")).toHaveCount(2);
  await expect(question(page)).toHaveCount(0);
});
