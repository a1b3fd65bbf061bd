import type { ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";

/** What no route expected: logged for us, said without detail to the caller. */
export const answerError: ErrorHandler = (error, c) => {
  if (error instanceof HTTPException) return c.json({ message: "Invalid request" }, error.status);
  console.error(`${c.req.method} ${c.req.path} failed:`, error);
  return c.json({ message: "Internal error" }, 500);
};
