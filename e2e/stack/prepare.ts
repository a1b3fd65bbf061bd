import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { paths } from "./paths.ts";

/** Runs once before all tests: says what is missing, all of it at once, and builds the pages. */
export default function prepare(): void {
  const needed = [
    [paths.passgate, "cargo build --bin passgate"],
    [paths.rustBackend, "cargo build --package tutorial-backend"],
    [join(paths.honoBackend, "node_modules"), `npm ci --prefix ${paths.honoBackend}`],
    [join(paths.frontend, "node_modules"), `npm ci --prefix ${paths.frontend}`],
  ] as const;
  const missing = needed.filter(([path]) => !existsSync(path)).map(([path, remedy]) => `  ${path}: ${remedy}`);
  if (missing.length > 0) throw new Error(`Not there yet:\n${missing.join("\n")}`);

  execFileSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"], {
    cwd: paths.frontend,
    stdio: "inherit",
  });
}
