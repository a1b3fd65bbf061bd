import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { paths } from "./paths.ts";

const execute = promisify(execFile);

/** Runs one of Passgate's commands with `--json` in an environment of nothing but this, and returns what it printed. */
export async function runPassgate(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<unknown> {
  const { stdout } = await execute(paths.passgate, [...args, "--json"], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...environment },
  });
  return JSON.parse(stdout) as unknown;
}
