/** A value in a JSON text, from its first character to the one after its last. */
export interface JsonPlace {
  /** The members that lead to it, with dots between: `webauthn.relying_party.origins.0`; empty for the whole. */
  readonly member: string;
  readonly from: number;
  readonly to: number;
}

export interface JsonPlaces {
  /** Every value that was read; what is within another comes before it. */
  readonly places: readonly JsonPlace[];
  /** Where and why it is no JSON; undefined if it is. */
  readonly fault: { readonly at: number; readonly message: string } | undefined;
}

class Fault extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const BLANK = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true(?!\w)|false(?!\w)|null(?!\w)/y;
const DEEPEST = 32;

/**
 * Finds where each value of a JSON text is (RFC 8259), or where it stops being JSON. `JSON.parse` tells no places, and
 * each browser words its errors differently.
 */
export function jsonPlaces(text: string): JsonPlaces {
  const places: JsonPlace[] = [];
  let at = 0;

  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const next = (): string => {
    skip(BLANK);
    return text.charAt(at);
  };
  const string = (what: string): string => {
    const from = at;
    if (text.charAt(at) !== '"') throw new Fault(at, `Expected ${what}`);
    if (!skip(STRING)) throw new Fault(from, "This text isn’t closed, or has a character in it that needs a backslash");
    return JSON.parse(text.slice(from, at)) as string;
  };
  const within = (end: "}" | "]", read: () => void): void => {
    at += 1;
    if (next() === end) {
      at += 1;
      return;
    }
    for (;;) {
      read();
      const found = next();
      if (found !== "," && found !== end) throw new Fault(at, `Expected a comma or ${end}`);
      at += 1;
      if (found === end) return;
      if (next() === end) throw new Fault(at, `A comma before ${end} is one too many`);
    }
  };
  const value = (member: string, depth: number): void => {
    const first = next();
    const from = at;
    const inner = (name: string | number) => (member === "" ? String(name) : `${member}.${name}`);
    if (depth > DEEPEST) throw new Fault(at, "Nested too deep");
    if (first === "{") {
      const names = new Set<string>();
      within("}", () => {
        next();
        const named = at;
        const name = string("a name in double quotes");
        if (names.has(name)) throw new Fault(named, `“${name}” is here twice`);
        names.add(name);
        if (next() !== ":") throw new Fault(at, "Expected a colon");
        at += 1;
        value(inner(name), depth + 1);
      });
    } else if (first === "[") {
      let index = 0;
      within("]", () => {
        value(inner(index), depth + 1);
        index += 1;
      });
    } else if (first === '"') {
      string("a text");
    } else if (!skip(SCALAR)) {
      throw new Fault(at, first === "" ? "It ends too early" : "Expected a value");
    }
    places.push({ member, from, to: at });
  };

  try {
    value("", 0);
    if (next() !== "") throw new Fault(at, "There is something after the end");
    return { places, fault: undefined };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { places, fault: { at: Math.min(thrown.at, text.length), message: thrown.message } };
  }
}
