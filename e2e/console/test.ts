import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { addAuthenticator, type Authenticator } from "../browser/addAuthenticator.ts";
import { startPostgres, type Postgres } from "../stack/startPostgres.ts";
import { operatorAt, type Operator } from "./operatorAt.ts";
import { startConsole, type Installation } from "./startConsole.ts";

/** Somebody with a browser of their own, and a device with an authenticator. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly authenticator: Authenticator;
  readonly does: Operator;
}

interface Options {
  readonly signUp: "invitation" | "open";
  readonly settings: Readonly<Record<string, string>>;
}

export interface ConsoleOptions {
  readonly databaseKind: "sqlite" | "postgres";
}

interface WorkerFixtures {
  /** Where databases are made; undefined where each is a file. */
  readonly postgres: Postgres | undefined;
}

interface Fixtures {
  /** A fresh Passgate, for this test alone. */
  readonly installation: Installation;
  /** Somebody else at the same console. */
  readonly newPerson: () => Promise<Person>;
  /** What a person does at `page`, which has an authenticator. */
  readonly does: Operator;
  readonly authenticator: Authenticator;
  /** Statuses that the test provokes: the browser logs each as an error of its own. */
  readonly expectedStatuses: Set<number>;
  /** Fails the test for anything that a page wrote to the browser's console, and for anything it asked of others. */
  readonly quiet: (context: BrowserContext) => void;
}

export const test = base.extend<Options & Fixtures, ConsoleOptions & WorkerFixtures>({
  signUp: ["invitation", { option: true }],
  settings: [{}, { option: true }],
  databaseKind: ["sqlite", { option: true, scope: "worker" }],

  postgres: [
    async ({ databaseKind }, use, workerInfo) => {
      const postgres = databaseKind === "postgres" ? await startPostgres(workerInfo.parallelIndex) : undefined;
      await use(postgres);
      await postgres?.stop();
    },
    { scope: "worker" },
  ],

  installation: async ({ signUp, settings, postgres }, use, testInfo) => {
    const installation = await startConsole({ workerIndex: testInfo.parallelIndex, signUp, settings, postgres });
    await use(installation);
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach("passgate", { body: installation.output() });
    }
    await installation.dispose();
  },
  baseURL: async ({ installation }, use) => use(installation.consoleUrl),

  expectedStatuses: async ({}, use) => use(new Set()),

  quiet: async ({ installation, expectedStatuses }, use) => {
    const complaints: string[] = [];
    await use((context) => {
      context.on("console", (message) => {
        if (message.type() !== "error" && message.type() !== "warning") return;
        const status = /responded with a status of (\d+)/.exec(message.text())?.[1];
        if (status !== undefined && expectedStatuses.has(Number(status))) return;
        complaints.push(`${message.page()?.url() ?? ""}: ${message.text()}`);
      });
      context.on("weberror", (error) => complaints.push(String(error.error())));
      context.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol === "data:" || protocol === "blob:") return;
        if (origin !== installation.consoleUrl) complaints.push(`asked ${request.url()}`);
      });
    });
    expect(complaints).toEqual([]);
  },

  context: async ({ context, quiet }, use) => {
    quiet(context);
    await use(context);
  },
  authenticator: async ({ page }, use) => use(await addAuthenticator(page)),
  does: async ({ page, authenticator: _, installation }, use) => use(operatorAt(page, installation)),

  newPerson: async ({ browser, quiet, installation }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: installation.consoleUrl });
      contexts.push(context);
      quiet(context);
      const page = await context.newPage();
      const authenticator = await addAuthenticator(page);
      return { page, context, authenticator, does: operatorAt(page, installation) };
    });
    for (const context of contexts) await context.close();
  },
});

export { expect } from "@playwright/test";
