import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRelatedOrigins } from "./checkRelatedOrigins";

const NEEDED = ["https://acme.example", "https://acme-shop.example"];

test("a file that names all that are needed is right, with more or in another order", () => {
  assert.equal(checkRelatedOrigins(JSON.stringify({ origins: NEEDED }), NEEDED), undefined);
  assert.equal(
    checkRelatedOrigins(JSON.stringify({ origins: ["https://x.example", ...NEEDED.toReversed()] }), NEEDED),
    undefined,
  );
});

test("each way to be wrong is named", () => {
  const complaint = (file: unknown) =>
    checkRelatedOrigins(typeof file === "string" ? file : JSON.stringify(file), NEEDED) ?? "";
  assert.match(complaint("<html>"), /no JSON/);
  assert.match(complaint({ Origins: [] }), /no list/);
  assert.match(complaint({ origins: [1] }), /a text/);
  assert.match(complaint({ origins: ["http://acme.example"] }), /no https origin/);
  assert.match(complaint({ origins: ["https://acme.example/"] }), /has to be written as https:\/\/acme\.example\./);
  assert.match(complaint({ origins: ["https://acme.example"] }), /Missing: https:\/\/acme-shop\.example/);
  const many = Array.from({ length: 4 }, (_, at) => `https://other${at}.example`);
  assert.match(complaint({ origins: [...NEEDED, ...many] }), /5 different names/);
});
