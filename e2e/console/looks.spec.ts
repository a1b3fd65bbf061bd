import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { join } from "node:path";
import { paths } from "../stack/paths.ts";
import { fillWithLife } from "./fillWithLife.ts";
import { expect, test } from "./test.ts";

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } } as const;

for (const colorScheme of ["light", "dark"] as const) {
  for (const [device, viewport] of Object.entries(SIZES)) {
    test(`every page has no violation and fits, in ${colorScheme} on a ${device}`, async ({
      page,
      does,
      authenticator,
      installation,
      expectedStatuses,
    }) => {
      test.setTimeout(180_000);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      const look = async (name: string) => lookAt(page, `${colorScheme}-${device}-${name}`);

      await page.goto("/console/");
      await page.getByRole("heading", { name: "This console isn’t claimed yet" }).waitFor();
      await look("unclaimed");
      await page.goto(installation.claimLink);
      await page.getByRole("heading", { name: "Claim this console" }).waitFor();
      await look("claim");
      await does.claim();
      await look("welcome");
      await page.getByRole("button", { name: "Make recovery codes" }).click();
      await page.getByRole("dialog").waitFor();
      await look("recovery-codes");
      await page.getByRole("button", { name: "I have saved them" }).click();
      await page.getByRole("link", { name: "Continue" }).click();
      await page.getByRole("heading", { name: "New organization" }).waitFor();
      await look("new-organization");
      await does.createOrganization("Acme");
      await look("new-project-empty");
      await page.getByRole("textbox", { name: "App URL" }).fill("http://localhost:5173");
      await page.getByText("Pages that may use them").waitFor();
      await look("new-project");
      await does.createProject("Webshop", "http://localhost:5173");
      const overview = page.url();
      await look("overview-empty");
      for (const name of EMPTY_PAGES) {
        await does.openPage(name);
        await settled(page);
        await look(`${slug(name)}-empty`);
      }
      await page.goto(overview);
      const env = await does.createKey();
      await fillWithLife(page, env);
      await page.goto(overview);
      await page.getByText("All five were seen").waitFor();
      await look("overview");
      for (const name of PAGES) {
        await does.openPage(name);
        await settled(page);
        await look(slug(name));
      }
      await does.openPage("API keys");
      await page.getByRole("button", { name: "Create API key" }).click();
      await look("create-key");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Roll Backend" }).click();
      await look("roll-key");
      await page.keyboard.press("Escape");
      await does.openPage("Webhooks");
      await page.getByRole("button", { name: "Add webhook" }).first().click();
      await page.getByLabel("URL").fill("https://app.example.com/hooks/passgate");
      await look("add-webhook");
      await page.getByRole("dialog").getByRole("button", { name: "Add webhook" }).click();
      await page.getByRole("button", { name: "I have saved it" }).click();
      await look("webhooks");
      await page.getByRole("link", { name: "https://app.example.com/hooks/passgate" }).click();
      await page.getByRole("heading", { name: "Nothing sent yet" }).waitFor();
      await look("webhook");
      await does.openPage("Policy");
      expectedStatuses.add(400);
      await page.getByLabel("Days that rows are kept").fill("0");
      await page.getByRole("button", { name: "Save changes" }).click();
      await page.getByRole("status").filter({ hasText: "Line" }).waitFor();
      await look("policy-refused");
      await page.getByRole("button", { name: "Undo" }).click();
      await does.openPage("Domain");
      const origins = page.getByLabel("Origins that may use passkeys");
      await origins.fill(`${await origins.inputValue()}\nhttps://shop.example.org`);
      await page.getByRole("button", { name: "Save changes" }).click();
      await page.getByRole("button", { name: "Check what is served" }).click();
      // It would be on this machine, where nobody is asked.
      await page.getByText("Answer", { exact: true }).waitFor();
      await look("related-origins");
      expectedStatuses.add(503);
      let answer: () => void = () => undefined;
      await page.route("**/users?*", async (route) => {
        await new Promise<void>((resolve) => (answer = resolve));
        await route.fulfill({ status: 503, json: { title: "", details: "", status: 503, code: "unavailable" } });
      });
      await does.openPage("Users");
      await page.getByRole("status", { name: "Loading" }).waitFor();
      await look("users-loading");
      answer();
      await page.getByRole("button", { name: "Try again" }).waitFor();
      await look("users-unavailable");
      await page.unroute("**/users?*");
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("link", { name: "ab@g.com" }).click();
      await settled(page);
      await look("user");
      await does.openPage("Audit log");
      await page
        .getByRole("button", { name: /^Details of/ })
        .first()
        .click();
      await look("audit-row");
      await page.keyboard.press("Escape");
      const opener = page.getByRole("button", { name: /^Details of/ }).first();
      await expect(opener).toBeFocused();
      await page.getByRole("button", { name: "Environment Development" }).click();
      const production = page.getByRole("menuitem", { name: "Production" });
      await production.waitFor();
      // On a phone the menu is closed again once the picture of the whole page was taken.
      if (device === "desktop") await look("menu");
      await production.click();
      await page.getByRole("region", { name: "Environment" }).getByText("Production").waitFor();
      await settled(page);
      await look("production-audit-log");
      await does.openPage("Overview");
      await settled(page);
      await look("production-without-url");
      await page.goto("/console/organizations");
      await settled(page);
      await look("organizations");
      await page.getByRole("link", { name: "Acme" }).click();
      await page.getByRole("heading", { name: "Webshop" }).waitFor();
      await look("projects");
      const organization = page.url();
      await page.getByRole("link", { name: "Settings of Webshop" }).click();
      await page.getByRole("heading", { name: "Delete this project" }).waitFor();
      await look("project-settings");
      for (const name of ["members", "activity", "settings"]) {
        await page.goto(`${organization}/${name}`);
        await settled(page);
        await look(`organization-${name}`);
      }
      await page.goto(`${organization}/members`);
      await page.getByRole("button", { name: "Invite" }).click();
      await look("invite");
      expectedStatuses.add(403);
      await installation.ageSessions();
      await page.getByRole("button", { name: "Make link" }).click();
      await page.getByRole("dialog", { name: "Confirm that it’s you" }).waitFor();
      await look("step-up");
      await page.getByRole("dialog", { name: "Confirm that it’s you" }).getByRole("button", { name: "Cancel" }).click();
      await page.goto("/console/account");
      await settled(page);
      await look("account");
      await page.goto("/console/nothing/here");
      await look("not-found");
      await authenticator.setPresence("never");
      await page.goto("/console/account");
      await does.signOut();
      await page.goto("/console/sign-in");
      await page.getByRole("heading", { name: "Sign in to Passgate" }).waitFor();
      await look("sign-in");
      await page.goto("/console/recover");
      await look("recover");
      await page.goto("/console/sign-up");
      await look("sign-up");
    });
  }
}

test("nothing is cut off at widths between a phone and a desktop", async ({ page, does }) => {
  test.setTimeout(120_000);
  await does.startProject();
  const overview = page.url();
  await fillWithLife(page, await does.createKey());
  for (const width of [600, 760, 900, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    for (const name of ["", ...PAGES]) {
      await page.goto(`${overview}/${slug(name)}`);
      await settled(page);
      await fits(page, `${name || "Overview"} at ${width}`);
    }
  }
});

const EMPTY_PAGES = ["Users", "Audit log", "Insights", "Stale passkeys", "API keys", "Webhooks"] as const;
const PAGES = [
  "Users",
  "Audit log",
  "Insights",
  "Stale passkeys",
  "API keys",
  "Domain",
  "Policy",
  "Signing keys",
  "Promote",
] as const;

function slug(name: string): string {
  return name.toLowerCase().replaceAll(" ", "-");
}

/** Nothing is still loading. */
async function settled(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
}

async function lookAt(page: Page, name: string): Promise<void> {
  await page.getByRole("heading", { level: 1 }).or(page.getByRole("dialog")).first().waitFor();
  await page.screenshot({ path: join(paths.artifacts, "console", `${name}.png`), fullPage: true });
  await fits(page, name);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect
    .soft(
      violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`),
    )
    .toEqual([]);
}

/** Neither the page nor a card is narrower than what is in it. */
async function fits(page: Page, name: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(wider, `${name} is wider than the window`).toBeLessThanOrEqual(0);
  const cut = await page
    .locator(".card, .dialog")
    .evaluateAll((cards) =>
      cards.filter((card) => card.scrollWidth > card.clientWidth + 1).map((card) => card.textContent?.slice(0, 40)),
    );
  expect.soft(cut, `${name} has cards that are narrower than what is in them`).toEqual([]);
}
