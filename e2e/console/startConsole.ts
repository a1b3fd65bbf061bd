import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimPort } from "../stack/claimPort.ts";
import { paths } from "../stack/paths.ts";
import { runPassgate } from "../stack/runPassgate.ts";
import { sqliteDatabase } from "../stack/sqliteDatabase.ts";
import type { Postgres } from "../stack/startPostgres.ts";
import { startProcess } from "../stack/startProcess.ts";

/** A Passgate that nobody has claimed yet. */
export interface Installation {
  /** Where the console is, without `/console`. */
  readonly consoleUrl: string;
  /** What the tenants' URLs begin with. */
  readonly publicUrl: string;
  /** The link that it printed when it started. */
  readonly claimLink: string;
  /** Runs one of its commands, as whoever sits at the machine, and returns what it printed. */
  readonly command: (...args: readonly string[]) => Promise<unknown>;
  /** Makes it longer ago, for every session, that a passkey was shown than it counts. */
  readonly ageSessions: () => Promise<void>;
  readonly output: () => string;
  /** Stops it and deletes its data. */
  readonly dispose: () => Promise<void>;
}

export interface InstallationOptions {
  readonly workerIndex: number;
  readonly signUp?: "invitation" | "open";
  /** Where its database is made; in a file otherwise. */
  readonly postgres?: Postgres | undefined;
  /** More settings, by their variables. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts a Passgate on a fresh database, as somebody does who has just found it. */
export async function startConsole(options: InstallationOptions): Promise<Installation> {
  const { workerIndex, signUp, postgres, settings } = options;
  const directory = await mkdtemp(join(tmpdir(), "passgate-console-"));
  const database = postgres ? await postgres.createDatabase() : sqliteDatabase(directory);
  const publicPort = await claimPort(workerIndex);
  const adminPort = await claimPort(workerIndex);
  const consoleUrl = `http://localhost:${adminPort}`;
  const publicUrl = `http://localhost:${publicPort}`;
  const environment = {
    ...database.environment,
    PASSGATE_PUBLIC_LISTEN: `127.0.0.1:${publicPort}`,
    PASSGATE_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    PASSGATE_PUBLIC_URL: publicUrl,
    ...(signUp === undefined ? {} : { PASSGATE_CONSOLE_SIGN_UP: signUp }),
    ...settings,
  };
  try {
    const running = await startProcess({
      name: "passgate",
      file: paths.passgate,
      args: ["serve"],
      env: environment,
      readyUrl: `${consoleUrl}/health/ready`,
      readyStatus: 200,
    });
    const claimLink = /http\S+\/console\/link#\S+/.exec(running.output())?.[0];
    if (claimLink === undefined) throw new Error(`no link that claims the console in:\n${running.output()}`);
    return {
      consoleUrl,
      publicUrl,
      claimLink,
      command: (...args) => runPassgate(environment, args),
      ageSessions: () => database.run("UPDATE console_sessions SET fresh_until = 0"),
      output: () => running.output(),
      async dispose() {
        await running.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
