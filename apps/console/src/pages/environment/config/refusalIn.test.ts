import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../../problems/Problem";
import { refusalIn } from "./refusalIn";

const TEXT = `{
  "cors": { "allowed_origins": ["é"] },
  "webauthn": {
    "timeout": "x",
    "origins": []
  }
}`;

function refused(code: string, details: string) {
  const fault = refusalIn(new Problem(code, { details, status: 400 }), TEXT);
  return fault && [fault.member, fault.message, TEXT.slice(fault.from, fault.to)];
}

test("a member that is named is found, or what is around it", () => {
  assert.deepEqual(refused("validation_failed", "webauthn.timeout: must be 1 to 2"), [
    "webauthn.timeout",
    "must be 1 to 2",
    '"x"',
  ]);
  assert.deepEqual(refused("validation_failed", "cors.origin.x: must be: told"), [
    "cors.origin.x",
    "must be: told",
    '{ "allowed_origins": ["é"] }',
  ]);
});

test("a place by line and column is found", () => {
  assert.deepEqual(refused("malformed_body", 'invalid type: string "x", expected u64 at line 4 column 18'), [
    "webauthn.timeout",
    'invalid type: string "x", expected u64',
    '"x"',
  ]);
  assert.deepEqual(refused("malformed_body", "missing field `id` at line 6 column 3"), [
    "webauthn",
    "missing field `id`",
    TEXT.slice(TEXT.indexOf('{\n    "timeout"'), TEXT.lastIndexOf("}") - 1),
  ]);
  // Columns are bytes: é is two of them.
  assert.deepEqual(refused("malformed_body", "invalid at line 2 column 36"), [
    "cors.allowed_origins.0",
    "invalid",
    '"é"',
  ]);
});

test("other refusals have no place", () => {
  assert.equal(refused("role_insufficient", "no"), undefined);
  assert.equal(refused("malformed_body", "the body did not arrive whole"), undefined);
});
