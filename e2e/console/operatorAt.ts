import { expect, type Page } from "@playwright/test";
import type { Installation } from "./startConsole.ts";

/** What a person does at the console, and sees when it is done. */
export interface Operator {
  /** Opens the link that Passgate printed, and becomes the first operator. */
  readonly claim: (name?: string, email?: string) => Promise<void>;
  /** From the page that follows signing up: makes recovery codes, and goes on. */
  readonly saveRecoveryCodes: () => Promise<readonly string[]>;
  /** From the page that follows signing up: goes on without. */
  readonly skipSafety: () => Promise<void>;
  readonly signOut: () => Promise<void>;
  readonly createOrganization: (name: string) => Promise<void>;
  /** From the page that follows creating an organization; ends on the overview. */
  readonly createProject: (name: string, appUrl: string) => Promise<void>;
  /** From the overview: creates an API key and returns the `.env` that the page's button copies. */
  readonly createKey: () => Promise<Readonly<Record<string, string>>>;
  /** Presses a button that copies, and returns what it copied. */
  readonly copy: (what: string) => Promise<string>;
  /** All of the way to a project's overview. */
  readonly startProject: (appUrl?: string) => Promise<void>;
  readonly openPage: (name: string) => Promise<void>;
}

export function operatorAt(page: Page, installation: Installation): Operator {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const heading = (name: string | RegExp) => page.getByRole("heading", { level: 1, name });

  const operator: Operator = {
    async claim(name = "Ada Lovelace", email = "ada@example.com") {
      await page.goto(installation.claimLink);
      await page.getByLabel("Your name").fill(name);
      await page.getByLabel("Email").fill(email);
      await button("Create my passkey").click();
      await expect(heading(`Welcome, ${name}`)).toBeVisible();
    },
    async saveRecoveryCodes() {
      await button("Make recovery codes").click();
      const listed = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
      await expect(listed).toHaveCount(10);
      const codes = await listed.allTextContents();
      await button("I have saved them").click();
      await page.getByRole("link", { name: "Continue" }).click();
      return codes;
    },
    async skipSafety() {
      await page.getByRole("link", { name: "Skip for now" }).click();
    },
    async signOut() {
      await page.getByRole("button", { name: /^Account of/ }).click();
      // Somebody who agrees at once is signed in again by the field's suggestion as soon as the page is there.
      await Promise.all([
        page.waitForURL("**/console/sign-in*"),
        page.getByRole("menuitem", { name: "Sign out" }).click(),
      ]);
    },
    async createOrganization(name) {
      await expect(heading("New organization")).toBeVisible();
      await page.getByLabel("Name").fill(name);
      await button("Create organization").click();
      await expect(heading("Create project")).toBeVisible();
    },
    async createProject(name, appUrl) {
      await page.getByLabel("Project name").fill(name);
      await page.getByRole("textbox", { name: "App URL" }).fill(appUrl);
      await button("Create project").click();
      await expect(heading("Overview")).toBeVisible();
      await expect(page.getByRole("heading", { name: "Connect your backend" })).toBeVisible();
    },
    async createKey() {
      await button("Create API key").first().click();
      await button("Create key").click();
      const lines = (await operator.copy(".env")).split("\n");
      await button("I have saved it").click();
      return Object.fromEntries(lines.map((line) => line.split("=", 2) as [string, string]));
    },
    async copy(what) {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await button(`Copy ${what}`).first().click();
      await expect(page.getByText(`Copied ${what}`)).toBeVisible();
      return page.evaluate(() => navigator.clipboard.readText());
    },
    async startProject(appUrl = "http://localhost:5173") {
      await operator.claim();
      await operator.skipSafety();
      await operator.createOrganization("Acme");
      await operator.createProject("Webshop", appUrl);
    },
    async openPage(name) {
      await page.getByRole("navigation", { name: "Environment" }).getByRole("link", { name }).click();
      await expect(heading(name)).toBeVisible();
    },
  };
  return operator;
}
