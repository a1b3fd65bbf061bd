import { execFile, execFileSync, spawn, type SpawnOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { claimPort } from "./claimPort.ts";
import type { Database } from "./Database.ts";
import { paths } from "./paths.ts";

const execute = promisify(execFile);

const USER = "fixture";
const READY = "database system is ready to accept connections";
const START_DEADLINE_MS = 20_000;

/** A PostgreSQL server of one worker's own, from the system's package. */
export interface Postgres {
  /** Makes an empty database. */
  readonly createDatabase: () => Promise<Database>;
  /** Stops it and deletes its data. */
  readonly stop: () => Promise<void>;
}

/** Starts a server in a scratch folder; what is committed need not outlive the machine. */
export async function startPostgres(workerIndex: number): Promise<Postgres> {
  const binaries = findBinaries();
  const folder = mkdtempSync(join(tmpdir(), "passgate-e2e-postgres-"));
  const account = unprivileged();
  const password = randomBytes(16).toString("hex");
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    chownSync(folder, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  const data = join(folder, "data");
  const port = String(await claimPort(workerIndex));
  execFileSync(
    join(binaries, "initdb"),
    ["--no-sync", "--no-instructions", "--encoding=UTF8", "--no-locale", `--username=${USER}`].concat([
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      `--pgdata=${data}`,
    ]),
    { cwd: folder, stdio: "pipe", ...account },
  );
  const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: folder, fsync: "off" };
  const server = spawn(
    join(binaries, "postgres"),
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"], ...account },
  );
  // Should this process die without stopping it: SIGQUIT, since after SIGKILL its own children would go on.
  const kill = () => server.kill("SIGQUIT");
  process.once("exit", kill);
  server.once("exit", () => process.removeListener("exit", kill));
  await new Promise<void>((resolve, reject) => {
    let log = "";
    const late = setTimeout(() => reject(new Error(`PostgreSQL took too long:\n${log}`)), START_DEADLINE_MS);
    server.stderr?.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000);
      if (!log.includes(READY)) return;
      clearTimeout(late);
      resolve();
    });
    server.once("exit", () => reject(new Error(`PostgreSQL did not start:\n${log}`)));
  });

  const env = { PATH: process.env.PATH, PGHOST: "127.0.0.1", PGPORT: port, PGUSER: USER, PGPASSWORD: password };
  let made = 0;
  return {
    async createDatabase() {
      made += 1;
      const name = `console_${made}`;
      await execute(join(binaries, "createdb"), [name], { env });
      const { stdout } = await execute(paths.passgate, ["secret", "generate"], { env: { PATH: process.env.PATH } });
      return {
        environment: {
          PASSGATE_DATABASE_URL: `postgresql://${USER}:${password}@127.0.0.1:${port}/${name}`,
          PASSGATE_SECRET: stdout.trim(),
        },
        async run(statement) {
          await execute(join(binaries, "psql"), ["-qX", "-v", "ON_ERROR_STOP=1", "-c", statement, name], { env });
        },
      };
    },
    async stop() {
      const ended = once(server, "exit");
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder of the newest of Debian's versions, or else one in PATH. */
function findBinaries(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
  if (found === undefined) throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  return found;
}

/** Who runs the server where root runs the tests: PostgreSQL refuses to run as root. */
function unprivileged(): Pick<SpawnOptions, "uid" | "gid"> {
  if (process.getuid?.() !== 0) return {};
  for (const name of ["postgres", "nobody"]) {
    const line = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .find((one) => one.startsWith(`${name}:`));
    if (line === undefined) continue;
    const [, , uid, gid] = line.split(":");
    return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("PostgreSQL can't run as root, and there is no account postgres or nobody");
}
