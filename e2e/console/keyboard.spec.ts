import { expect, test } from "./test.ts";

test("from the claim to an API key, and from signing in to another, with the keyboard alone", async ({
  page,
  does: _,
  installation,
}) => {
  test.setTimeout(60_000);
  // Signs in by the button: what the field suggests would be taken at once.
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
  const focused = () => page.locator(":focus");
  /** Presses Tab until this has the focus, and looks whether that can be seen. */
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      const label = await focused().evaluate(
        (element) =>
          element.getAttribute("aria-label") ??
          (element as HTMLInputElement).labels?.[0]?.textContent ??
          element.textContent ??
          "",
      );
      if (label.trim() !== name) continue;
      const outline = await focused().evaluate((element) => getComputedStyle(element).outlineStyle);
      expect(outline, `${name} shows that it has the focus`).toBe("solid");
      return;
    }
    throw new Error(`Tab doesn't reach ${name}`);
  };
  const press = async (name: string) => {
    await tabTo(name);
    await page.keyboard.press("Enter");
  };
  const type = async (name: string, text: string) => {
    await tabTo(name);
    await page.keyboard.type(text);
  };
  const heading = (name: string) => expect(page.getByRole("heading", { name }).first()).toBeVisible();

  await page.goto(installation.claimLink);
  await heading("Claim this console");
  await type("Your name", "Ada Lovelace");
  await type("Email", "ada@example.com");
  await press("Create my passkey");
  await heading("Welcome, Ada Lovelace");
  await press("Skip for now");
  await heading("New organization");
  await type("Name", "Acme");
  await press("Create organization");
  await heading("Create project");
  await type("Project name", "Webshop");
  await type("App URL", "http://localhost:5173");
  await press("Create project");
  await heading("Connect your backend");
  await press("Create API key");
  await heading("Create API key");
  await press("Create key");
  await heading("Your new API key");
  // What is shown once isn't lost by a key pressed in passing.
  await page.keyboard.press("Escape");
  await heading("Your new API key");
  await press("I have saved it");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Create API key" }).first()).toBeFocused();

  // Out, and in again.
  await page.reload();
  await heading("Connect your backend");
  await press("Account of Ada Lovelace");
  await expect(page.getByRole("menuitem", { name: "Your account" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeFocused();
  await page.keyboard.press("Enter");
  await heading("Sign in to Passgate");
  await press("Sign in with a passkey");
  await heading("Connect your backend");

  // To the other environment and back, by the menu and its letters.
  await page.reload();
  await heading("Connect your backend");
  await press("Environment Development");
  await expect(page.getByRole("menuitem", { name: "Development" })).toBeFocused();
  await page.keyboard.type("P");
  await expect(page.getByRole("menuitem", { name: "Production" })).toBeFocused();
  await page.keyboard.press("Enter");
  await heading("Where is your app in production?");
  await page.reload();
  await heading("Where is your app in production?");
  await press("Environment Production");
  await expect(page.getByRole("menuitem", { name: "Development" })).toBeFocused();
  await page.keyboard.press("Enter");
  await heading("Connect your backend");

  // Past what is on every page, to a key that expires.
  await press("API keys");
  await expect(page.getByRole("heading", { level: 1, name: "API keys" })).toBeFocused();
  await page.reload();
  await expect(page.getByRole("row").filter({ hasText: "Backend" })).toBeVisible();
  await press("Skip to the content");
  await press("Create API key");
  await heading("Create API key");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Worker");
  await tabTo("Expires");
  await page.keyboard.type("In 90");
  await press("Create key");
  await heading("Your new API key");
  await tabTo("Copy API key");
  await page.keyboard.press("Enter");
  await press("I have saved it");
  await expect(page.getByRole("row").filter({ hasText: "Worker" })).toContainText(/in 8\d days|\d{4}/);

  // Roll it, change one's mind, revoke it.
  await press("Roll Worker");
  await heading("Roll Worker");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Roll Worker" })).toBeFocused();
  await press("Revoke Worker");
  await heading("Revoke Worker?");
  await press("Revoke key");
  await expect(page.getByRole("row").filter({ hasText: "Worker" })).toHaveCount(0);
});
