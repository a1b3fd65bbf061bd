import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Database } from "./Database.ts";

const execute = promisify(execFile);

// Python has SQLite built in; Node.js has it from version 22 on.
const RUN = "import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10).execute(sys.argv[2])";

/** A database in a file of this folder. */
export function sqliteDatabase(directory: string): Database {
  const file = join(directory, "passgate.db");
  return {
    environment: { PASSGATE_DATABASE_URL: `sqlite:${file}` },
    async run(statement) {
      await execute("python3", ["-c", RUN, file, statement]);
    },
  };
}
