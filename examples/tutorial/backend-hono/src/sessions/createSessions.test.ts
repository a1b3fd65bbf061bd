import assert from "node:assert/strict";
import { test } from "node:test";
import { createSessions } from "./createSessions.ts";

test("a session lasts as long as it was given, and not a millisecond more", () => {
  let now = 0;
  const sessions = createSessions({ lifetimeMs: 1000, now: () => now });
  const first = sessions.open("john");
  now = 400;
  const second = sessions.open("ab");

  now = 999;
  assert.deepEqual([sessions.userOf(first), sessions.userOf(second)], ["john", "ab"]);
  now = 1000;
  assert.deepEqual([sessions.userOf(first), sessions.userOf(second)], [undefined, "ab"]);
  assert.equal(sessions.close(first), false);
});

test("a closed session is gone, and closing it again says so", () => {
  const sessions = createSessions({ lifetimeMs: 1000, now: () => 0 });
  const id = sessions.open("john");
  assert.equal(sessions.close(id), true);
  assert.equal(sessions.userOf(id), undefined);
  assert.equal(sessions.close(id), false);
});

test("session ids carry 32 random bytes", () => {
  const sessions = createSessions({ lifetimeMs: 1000, now: () => 0 });
  const ids = [sessions.open("john"), sessions.open("john")];
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual(
    ids.map((id) => Buffer.from(id, "base64url").length),
    [32, 32],
  );
});
