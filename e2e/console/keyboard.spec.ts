import { expect, test } from "./test.ts";

test("from the claim to an API key with the keyboard alone", async ({ page, does: _, installation }) => {
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
});
