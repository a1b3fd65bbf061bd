import { Problem } from "../problems/Problem";
import { backendUrl } from "./backendUrl";
import { Refusal } from "./Refusal";

export interface BackendCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

type Members = Readonly<Record<string, unknown>>;

/** Calls the backend with the session cookie. Rejects with a Refusal outside 2xx, with a Problem if it's unreachable. */
export async function callBackend(call: BackendCall): Promise<Members> {
  const response = await send(call);
  const members = await readMembers(response);
  if (response.ok) return members;
  throw new Refusal(response.status, textOf(members.message) ?? response.statusText, textOf(members.code));
}

async function send(call: BackendCall): Promise<Response> {
  const init: RequestInit = { method: call.method, credentials: "include" };
  if (call.signal) init.signal = call.signal;
  if (call.method === "POST") {
    // Always JSON, even with nothing to say: the backend takes nothing else, which is what keeps forms of
    // other sites out.
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(call.body ?? {});
  }
  try {
    return await fetch(backendUrl() + call.path, init);
  } catch (cause) {
    throw new Problem(call.signal?.aborted ? "cancelled" : "network_down", cause);
  }
}

async function readMembers(response: Response): Promise<Members> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? { ...body } : {};
  } catch {
    // A proxy's error page, say: the status alone decides then.
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
