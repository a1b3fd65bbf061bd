import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonPlaces } from "./jsonPlaces";

test("every value has its place", () => {
  const text = '{\n  "a": {"b": [1, "é\\n"]},\n  "c": null\n}';
  const { places, fault } = jsonPlaces(text);
  assert.equal(fault, undefined);
  assert.deepEqual(
    places.map(({ member, from, to }) => [member, text.slice(from, to)]),
    [
      ["a.b.0", "1"],
      ["a.b.1", '"é\\n"'],
      ["a.b", '[1, "é\\n"]'],
      ["a", '{"b": [1, "é\\n"]}'],
      ["c", "null"],
      ["", text],
    ],
  );
});

test("what is no JSON is found where it stops being it", () => {
  const fault = (text: string) => {
    const found = jsonPlaces(text).fault;
    return [found?.at, found?.message];
  };
  assert.deepEqual(fault('{"a": 1,}'), [8, "A comma before } is one too many"]);
  assert.deepEqual(fault('{"a" 1}'), [5, "Expected a colon"]);
  assert.deepEqual(fault('{"a": 1 "b": 2}'), [8, "Expected a comma or }"]);
  assert.deepEqual(fault("{a: 1}"), [1, "Expected a name in double quotes"]);
  assert.deepEqual(fault('{"a": 1, "a": 2}'), [9, "“a” is here twice"]);
  assert.deepEqual(fault('{"a": "x'), [6, "This text isn’t closed, or has a character in it that needs a backslash"]);
  assert.deepEqual(fault('{"a": '), [6, "It ends too early"]);
  assert.deepEqual(fault('{"a": tru}'), [6, "Expected a value"]);
  assert.deepEqual(fault('{"a": 01}'), [6, "Expected a value"]);
  assert.deepEqual(fault("{} {}"), [3, "There is something after the end"]);
  assert.deepEqual(fault("[".repeat(50)), [33, "Nested too deep"]);
});

test("it agrees with JSON.parse on what is JSON", () => {
  const parses = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const alphabet = ['"', "a", "{", "}", "[", "]", ":", ",", "1", "-", ".", "e", "true", "null", "\\", " ", "\n", "0"];
  let seed = 7;
  for (let round = 0; round < 20_000; round += 1) {
    let text = "";
    for (let length = seed % 9; length >= 0; length -= 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      text += alphabet[(seed >> 8) % alphabet.length];
    }
    const { fault } = jsonPlaces(text);
    if (fault?.message.endsWith("twice")) continue;
    assert.equal(fault === undefined, parses(text), text);
  }
});
