import { sentence } from "../parts/sentence";
import type { Problem } from "./Problem";

/** What the server says of one member of what was sent; undefined if the problem is another. */
export function memberComplaint(problem: Problem | undefined, member: string): string | undefined {
  if (problem?.code !== "validation_failed" || !problem.details?.startsWith(`${member}: `)) return undefined;
  return sentence(problem.details.slice(member.length + 2));
}
