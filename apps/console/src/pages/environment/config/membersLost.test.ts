import assert from "node:assert/strict";
import { test } from "node:test";
import { membersLost } from "./membersLost";

test("what isn't kept is named once, by its outermost member", () => {
  assert.deepEqual(membersLost({ a: { b: 1, c: { d: 2 } }, e: [{ f: 1 }] }, { a: { b: 3 }, e: [] }), ["a.c"]);
  assert.deepEqual(membersLost({ a: 1, b: null }, { a: 1 }), []);
});
