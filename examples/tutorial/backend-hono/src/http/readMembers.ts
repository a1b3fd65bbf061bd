import type { Context } from "hono";

/** The members of a JSON object sent; none where the body is anything else, which no route takes. */
export async function readMembers(c: Context): Promise<Readonly<Record<string, unknown>>> {
  try {
    const body: unknown = await c.req.json();
    return typeof body === "object" && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}
