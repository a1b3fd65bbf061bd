import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createTurns } from "./createTurns.ts";

test("two tasks run at a time, and the others in the order in which they came", async () => {
  const inTurn = createTurns(2);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string) =>
    inTurn(() => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });

  const tasks = ["a", "b", "c", "d"].map(run);
  assert.deepEqual(begun, ["a", "b"]);
  ends.get("b")?.();
  await setImmediate();
  assert.deepEqual(begun, ["a", "b", "c"]);
  for (const name of ["a", "c", "d"]) {
    ends.get(name)?.();
    await setImmediate();
  }
  assert.deepEqual(begun, ["a", "b", "c", "d"]);
  assert.deepEqual(await Promise.all(tasks), ["a", "b", "c", "d"]);
});

test("a task that fails gives its turn back", async () => {
  const inTurn = createTurns(1);
  await assert.rejects(inTurn(() => Promise.reject(new Error("failed"))), /failed/);
  assert.equal(await inTurn(() => Promise.resolve("ran")), "ran");
});
