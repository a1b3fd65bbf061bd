import assert from "node:assert/strict";
import { test } from "node:test";
import { relativeTime } from "./relativeTime";

const NOW = Date.parse("2026-11-25T12:00:00Z");

test("times are said as people say them", () => {
  const said = (at: string) => relativeTime(at, NOW);
  assert.equal(said("2026-11-25T11:59:30Z"), "just now");
  assert.equal(said("2026-11-25T12:00:03Z"), "just now");
  assert.equal(said("2026-11-25T12:00:30Z"), "in under a minute");
  assert.equal(said("2026-11-25T11:55:00Z"), "5 minutes ago");
  assert.equal(said("2026-11-25T14:30:00Z"), "in 2 hours");
  assert.equal(said("2026-11-24T11:00:00Z"), "yesterday");
  assert.equal(said("2026-08-01T12:00:00Z"), "Aug 1, 2026");
});
