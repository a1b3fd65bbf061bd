import { defineConfig } from "@playwright/test";
import type { ConsoleOptions } from "./console/test.ts";
import type { TutorialOptions } from "./tutorial/test.ts";

export default defineConfig<object, TutorialOptions & ConsoleOptions>({
  globalSetup: "./stack/prepare.ts",
  outputDir: "artifacts/failures",
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  workers: 2,
  timeout: 30_000,
  expect: { timeout: 5_000 },
  reporter: [["list"]],
  use: {
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      // CI runs as root in a container, where Chromium's sandbox can't start; and it must call nobody.
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
      ],
    },
  },
  projects: [
    {
      name: "tutorial-rust",
      testDir: "tutorial",
      // Its sessions last an hour whatever the environment says; its unit tests move the clock.
      testIgnore: "session-expiry.spec.ts",
      use: { backendKind: "rust" },
    },
    { name: "tutorial-hono", testDir: "tutorial", use: { backendKind: "hono" } },
    { name: "sdk", testDir: "sdk" },
    { name: "console", testDir: "console" },
    {
      name: "console-postgres",
      testDir: "console",
      testMatch: ["first-run.spec.ts", "recovery.spec.ts"],
      use: { databaseKind: "postgres" },
    },
  ],
});
