import { expect, test } from "./test.ts";

test("an invitation makes somebody a member, with the role it names and no more", async ({ page, does, newPerson }) => {
  await does.startProject();
  await page.getByRole("button", { name: "Organization Acme" }).click();
  await page.getByRole("menuitem", { name: "Members" }).click();
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("Role", { exact: true }).selectOption("viewer");
  await page.getByRole("button", { name: "Make link" }).click();
  const link = await page.getByRole("region", { name: "Invitation link" }).textContent();
  await page.getByRole("button", { name: "Done" }).click();

  const guest = await newPerson();
  await guest.page.goto(link ?? "");
  await expect(guest.page.getByRole("heading", { name: "Join Acme" })).toBeVisible();
  await guest.page.getByLabel("Your name").fill("Grace Hopper");
  await guest.page.getByLabel("Email").fill("grace@example.com");
  await guest.page.getByRole("button", { name: "Create my passkey and join" }).click();
  await guest.does.skipSafety();
  await guest.page.getByRole("link", { name: /Development/ }).click();
  await expect(guest.page.getByRole("heading", { name: "Connect your backend" })).toBeVisible();
  await expect(guest.page.getByRole("button", { name: "Create API key" }).first()).toHaveAttribute(
    "aria-disabled",
    "true",
  );

  await guest.does.openPage("Policy");
  await expect(guest.page.getByText("You can look at these settings")).toBeVisible();
  await expect(guest.page.getByRole("textbox", { name: "Configuration as JSON" })).not.toBeEditable();
  await guest.does.openPage("Overview");

  await page.reload();
  const row = page.getByRole("row").filter({ hasText: "grace@example.com" });
  await row.getByLabel("Role of Grace Hopper").selectOption("developer");
  await expect(page.getByText("Grace Hopper is developer now")).toBeVisible();
  await guest.page.reload();
  await expect(guest.page.getByRole("button", { name: "Create API key" }).first()).toHaveAttribute(
    "aria-disabled",
    "false",
  );

  await row.getByRole("button", { name: "Remove Grace Hopper" }).click();
  await page.getByRole("button", { name: "Remove member" }).click();
  await expect(row).toHaveCount(0);
});

test("somebody who is removed sees nothing of the organization any more", async ({
  page,
  does,
  newPerson,
  expectedStatuses,
}) => {
  await does.startProject();
  const overview = page.url();
  const stranger = await newPerson();
  expectedStatuses.add(401).add(404);
  await stranger.page.goto(overview);
  await expect(stranger.page).toHaveURL(/\/console\/sign-in/);
});
