import { expect, type Locator, type Page, type Response } from "@playwright/test";
import type { DemoUser } from "./demoUsers.ts";

/** What a person does in the app, and what they see there. */
export interface Person {
  readonly openLogin: () => Promise<void>;
  /** Fills the form in and sends it, whatever comes of it. */
  readonly tryPassword: (user: DemoUser) => Promise<void>;
  /** Presses "Sign in with a passkey", whatever comes of it. */
  readonly tryPasskey: () => Promise<void>;
  /** Presses "Register a new passkey", whatever comes of it. */
  readonly tryRegistration: () => Promise<void>;
  /** From anywhere: logs in with the password and is on the dashboard. */
  readonly logIn: (user: DemoUser) => Promise<void>;
  /** From the dashboard: has a passkey. */
  readonly register: () => Promise<void>;
  /** From anywhere: signs in with the passkey and is on the dashboard of this user. */
  readonly signIn: (user: DemoUser) => Promise<void>;
  /** From the dashboard. */
  readonly logOut: () => Promise<void>;
  readonly alert: Locator;
  readonly status: Locator;
  /** Runs an action and resolves to the backend's answer to the finishing step of a ceremony. */
  readonly answerToFinish: (
    action: () => Promise<void>,
  ) => Promise<{ readonly status: number; readonly body: unknown }>;
}

export function personAt(page: Page): Person {
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const isLoggedInAs = async (user: DemoUser) => {
    await expect(page).toHaveURL("/dashboard");
    await expect(page.getByText(`Logged in as ${user.email}`)).toBeVisible();
  };

  const person: Person = {
    alert: page.getByRole("alert"),
    status: page.getByRole("status"),
    async openLogin() {
      await page.goto("/login");
    },
    async tryPassword(user) {
      await page.getByLabel("Email").fill(user.email);
      await page.getByLabel("Password", { exact: true }).fill(user.password);
      await button("Log in").click();
    },
    async tryPasskey() {
      await button("Sign in with a passkey").click();
    },
    async tryRegistration() {
      await button("Register a new passkey").click();
    },
    async logIn(user) {
      await person.openLogin();
      await person.tryPassword(user);
      await isLoggedInAs(user);
    },
    async register() {
      await person.tryRegistration();
      await expect(person.status).toHaveText("Registration successful. From now on you can sign in with this passkey.");
    },
    async signIn(user) {
      await person.openLogin();
      await person.tryPasskey();
      await isLoggedInAs(user);
    },
    async logOut() {
      await button("Log out").click();
      await expect(page).toHaveURL("/");
      await expect(person.status).toHaveText("You are logged out.");
    },
    async answerToFinish(action) {
      const [response] = await Promise.all([page.waitForResponse(finishesCeremony), action()]);
      return { status: response.status(), body: (await response.json()) as unknown };
    },
  };
  return person;
}

function finishesCeremony(response: Response): boolean {
  const request = response.request();
  if (request.method() !== "POST" || !new URL(request.url()).pathname.startsWith("/passkeys/")) return false;
  const body: unknown = request.postDataJSON();
  return typeof body === "object" && body !== null && "finish" in body && body.finish === true;
}
