import type { Problem } from "../../../problems/Problem";
import type { ConfigFault } from "./ConfigFault";
import { jsonPlaces, type JsonPlace } from "./jsonPlaces";

/** Where in a configuration's text the server found what it refused; undefined if it was refused for something else. */
export function refusalIn(problem: Problem, text: string): ConfigFault | undefined {
  const details = problem.details ?? "";
  const { places } = jsonPlaces(text);
  if (problem.code === "validation_failed") {
    const [, member = "", message = details] = /^([a-z_.]+): (.*)$/s.exec(details) ?? [];
    const place = placeOf(member, places);
    return place && { ...place, member, message };
  }
  if (problem.code === "malformed_body") {
    const [, message = details, line, column] = /^(.*) at line (\d+) column (\d+)$/s.exec(details) ?? [];
    if (line === undefined) return undefined;
    const at = offsetOf(text, Number(line), Number(column));
    // The innermost is the first that ends behind it.
    const place = places.find(({ from, to }) => from <= at && at < to);
    return place && { ...place, message };
  }
  return undefined;
}

/** The member's, or that of the nearest one around it: what is missing has no place of its own. */
function placeOf(member: string, places: readonly JsonPlace[]): JsonPlace | undefined {
  const exact = places.find((place) => place.member === member);
  if (exact || member === "") return exact;
  return placeOf(member.slice(0, Math.max(0, member.lastIndexOf("."))), places);
}

/** The server counts bytes, up to and with the last that it read. */
function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const bytes = new TextEncoder().encode(lines[line - 1] ?? "");
  return before + Math.max(0, new TextDecoder().decode(bytes.slice(0, column)).length - 1);
}
