import { test as base } from "@playwright/test";
import { addAuthenticator, type Authenticator } from "../browser/addAuthenticator.ts";
import type { BackendKind } from "../stack/startBackend.ts";
import type { TenantPolicy } from "../stack/startPassgate.ts";
import { startStack, type Stack } from "../stack/startStack.ts";

export interface TutorialOptions {
  readonly backendKind: BackendKind;
  /** What differs from the tenant that the CLI makes. */
  readonly policy: TenantPolicy;
  /** How long a session lasts, if not as long as the backend says. */
  readonly sessionSeconds: number | undefined;
}

interface WorkerFixtures extends TutorialOptions {
  readonly stack: Stack;
}

interface TestFixtures {
  /** The authenticator of the person at `page`. */
  readonly authenticator: Authenticator;
  /** What the page wrote to the console as an error, or threw. */
  readonly complaints: readonly string[];
  /** Keeps what the servers said with a test that failed. */
  readonly serverOutputs: void;
}

/** A test of the tutorial: a stack for the worker, a browser profile and an authenticator for the test. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  backendKind: ["rust", { option: true, scope: "worker" }],
  policy: [{}, { option: true, scope: "worker" }],
  sessionSeconds: [undefined, { option: true, scope: "worker" }],

  stack: [
    async ({ backendKind, policy, sessionSeconds }, use, { parallelIndex }) => {
      const stack = await startStack({
        workerIndex: parallelIndex,
        backendKind,
        policy,
        ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
      });
      await use(stack);
      await stack.dispose();
    },
    { scope: "worker" },
  ],

  serverOutputs: [
    async ({ stack }, use, testInfo) => {
      await use();
      if (testInfo.status === testInfo.expectedStatus) return;
      for (const [name, body] of Object.entries(stack.outputs())) await testInfo.attach(name, { body });
    },
    { auto: true },
  ],
  baseURL: async ({ stack }, use) => use(stack.frontendUrl),
  authenticator: async ({ page }, use) => use(await addAuthenticator(page)),
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await use(complaints);
  },
});

export { expect } from "@playwright/test";
