import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { paths } from "./paths.ts";

const execute = promisify(execFile);

/** Runs one of Passgate's commands with `--json` and returns what it printed. */
export async function runPassgate(databaseUrl: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await execute(paths.passgate, [...args, "--json", "--database-url", databaseUrl], {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" },
  });
  return JSON.parse(stdout) as unknown;
}
