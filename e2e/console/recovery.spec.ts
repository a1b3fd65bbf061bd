import { expect, test } from "./test.ts";

test("a recovery code lets in without a passkey, once, and ends the old sessions", async ({
  page,
  does,
  authenticator,
  newPerson,
  expectedStatuses,
}) => {
  await does.claim();
  const codes = await does.saveRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  await authenticator.unplug();

  // A new device, since the one with the passkey is lost.
  const found = await newPerson();
  await found.page.goto("/console/sign-in");
  await found.page.getByRole("link", { name: "Use a recovery code" }).click();
  await expect(found.page.getByRole("heading", { name: "Use a recovery code" })).toBeVisible();
  await found.page.getByLabel("Email").fill("ada@example.com");
  await found.page.getByLabel("Recovery code").fill(codes[0] ?? "");
  await found.page.getByRole("button", { name: "Sign in" }).click();
  await expect(found.page.getByRole("heading", { name: "You are back in" })).toBeVisible();
  await found.page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(found.page.getByText("Added", { exact: true })).toBeVisible();

  await found.page.goto("/console/account");
  const activity = found.page.getByRole("region", { name: "Activity" });
  await expect(activity.getByText("Used a recovery code")).toBeVisible();

  expectedStatuses.add(401);
  await page.goto("/console/account");
  await expect(page).toHaveURL(/\/console\/sign-in/);

  const thief = await newPerson();
  await thief.page.goto("/console/recover");
  await thief.page.getByLabel("Email").fill("ada@example.com");
  await thief.page.getByLabel("Recovery code").fill(codes[0] ?? "");
  await thief.page.getByRole("button", { name: "Sign in" }).click();
  await expect(thief.page.getByRole("alert")).toHaveText(/don’t match, or the code was used already/);
});

test("the machine itself lets an operator back in who has lost everything", async ({
  page,
  does,
  authenticator,
  installation,
  newPerson,
}) => {
  await does.claim();
  await does.skipSafety();
  await authenticator.unplug();
  const { url } = (await installation.command("console", "recover", "--email", "ada@example.com")) as { url: string };

  const found = await newPerson();
  await found.page.goto(url);
  await found.page.getByRole("button", { name: "Sign in and add a passkey" }).click();
  await expect(found.page.getByRole("heading", { name: "You are back in" })).toBeVisible();
  await found.page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(found.page.getByText("Added", { exact: true })).toBeVisible();
  await found.page.goto("/console/account");
  await expect(found.page.getByRole("region", { name: "Activity" }).getByText("Used a recovery link")).toBeVisible();

  await page.goto("/console/account");
  await expect(page).toHaveURL(/\/console\/sign-in/);
});
