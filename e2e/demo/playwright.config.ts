import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";
import { screenshots } from "./screenshots.ts";

/** For `cargo xtask demo --check`, which has started the servers: nothing is built or started here. */
export default defineConfig({
  testDir: ".",
  outputDir: join(screenshots, "failed"),
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // Names each step as it passes, and the one that fails.
  reporter: [["list", { printSteps: true }]],
  use: { ...tests.use, baseURL: "http://localhost:5173" },
});
