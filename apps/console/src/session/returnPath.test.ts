import assert from "node:assert/strict";
import { test } from "node:test";
import { returnPath } from "./returnPath";

test("a path of the console's is where signing in leads", () => {
  assert.equal(returnPath("/account"), "/account");
  assert.equal(returnPath("/environments/1/audit-log?q=x"), "/environments/1/audit-log?q=x");
});

test("what could lead elsewhere leads to the start", () => {
  for (const asked of [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
    undefined,
  ]) {
    assert.equal(returnPath(asked), "/", String(asked));
  }
  assert.equal(returnPath(["/a", "/b"]), "/");
});
