import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

const START_DEADLINE_MS = 15_000;
const STOP_DEADLINE_MS = 10_000;
const POLL_MS = 20;
const KEPT_OUTPUT = 20_000;

export interface Running {
  /** Asks it to end and waits until it has. */
  readonly stop: () => Promise<void>;
  /** The last of what it printed. */
  readonly output: () => string;
}

export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** All of its environment, besides PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Answers once it can be used; any HTTP status counts as an answer unless `readyStatus` is given. */
  readonly readyUrl: string;
  readonly readyStatus?: number;
}

/** Starts a server and resolves once it answers; rejects with its output if it ends before that. */
export async function startProcess(command: Command): Promise<Running> {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command.file, [...command.args], {
    cwd: command.cwd,
    env: { PATH, HOME, ...command.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  // Should this process die without stopping it.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.removeListener("exit", kill));

  await answers(command, child, () => output);
  return { stop: () => stop(command.name, child), output: () => output };
}

async function answers(command: Command, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + START_DEADLINE_MS;
  let failed: Error | undefined;
  child.once("error", (error) => (failed = error));
  while (Date.now() < deadline) {
    if (failed) throw failed;
    if (child.exitCode !== null) throw new Error(`${command.name} ended with ${child.exitCode}:\n${output()}`);
    try {
      const { status } = await fetch(command.readyUrl);
      if (command.readyStatus === undefined || status === command.readyStatus) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  child.kill("SIGKILL");
  throw new Error(`${command.name} did not answer at ${command.readyUrl} in ${START_DEADLINE_MS} ms:\n${output()}`);
}

async function stop(name: string, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), STOP_DEADLINE_MS);
  });
  const outcome = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (outcome === "late") {
    child.kill("SIGKILL");
    throw new Error(`${name} did not end within ${STOP_DEADLINE_MS} ms of SIGTERM`);
  }
}
