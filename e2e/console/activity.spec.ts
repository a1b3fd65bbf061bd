import { expect, test } from "./test.ts";

test("who changed what is in the organization’s activity, and so is a recovery", async ({ page, does, newPerson }) => {
  await does.claim();
  const [code = ""] = await does.saveRecoveryCodes();
  await does.createOrganization("Acme");
  await does.createProject("Webshop", "http://localhost:5173");
  await does.createKey();
  await does.openPage("Policy");
  await page.getByLabel("Days that rows are kept").fill("30");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Saved. It holds within a second.")).toBeVisible();

  await page.getByRole("button", { name: "Organization Acme" }).click();
  await page.getByRole("menuitem", { name: "Activity" }).click();
  const rows = page.getByRole("region", { name: "Activity" }).getByRole("row");
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(1)).toContainText(/Changed settings.*audit_log.*Ada Lovelace.*Webshop · Development/);
  await expect(rows.nth(2)).toContainText(/Created an API key.*Backend/);
  await expect(rows.nth(3)).toContainText(/Created a project.*Webshop/);
  await expect(rows.nth(4)).toContainText("Created the organization");
  const activity = page.url();

  const elsewhere = await newPerson();
  await elsewhere.page.goto("/console/recover");
  await elsewhere.page.getByLabel("Email").fill("ada@example.com");
  await elsewhere.page.getByLabel("Recovery code").fill(code);
  await elsewhere.page.getByRole("button", { name: "Sign in" }).click();
  await expect(elsewhere.page.getByRole("heading", { name: "You are back in" })).toBeVisible();
  await elsewhere.page.goto(activity);
  await expect(elsewhere.page.getByRole("row").nth(1)).toContainText(/Used a recovery code.*ada@example\.com/);
  await elsewhere.page.getByRole("link", { name: "Webshop · Development" }).first().click();
  await expect(elsewhere.page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
});

test("a developer is told who may see the activity", async ({ page, does, newPerson }) => {
  await does.startProject();
  await page.getByRole("button", { name: "Organization Acme" }).click();
  await page.getByRole("menuitem", { name: "Members" }).click();
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("Role", { exact: true }).selectOption("developer");
  await page.getByRole("button", { name: "Make link" }).click();
  const link = await page.getByRole("region", { name: "Invitation link" }).textContent();

  const guest = await newPerson();
  await guest.page.goto(link ?? "");
  await guest.page.getByLabel("Your name").fill("Grace Hopper");
  await guest.page.getByLabel("Email").fill("grace@example.com");
  await guest.page.getByRole("button", { name: "Create my passkey and join" }).click();
  await guest.does.skipSafety();
  await guest.page.getByRole("link", { name: "Activity" }).click();
  await expect(guest.page.getByRole("heading", { name: "For admins and owners" })).toBeVisible();
});
