import { Problem } from "./Problem";

/** What was thrown, as a problem. A fault of ours also reaches the browser's console. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  console.error(thrown);
  return new Problem("unexpected", { cause: thrown });
}
