import { Problem } from "../problems/Problem";
import type { Endpoints, Query } from "./Endpoints";
import { endpointUrl } from "./endpointUrl";
import { JsonText } from "./JsonText";
import { sessionEnd } from "./sessionEnd";

type Names<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

type PathPart<E extends keyof Endpoints> = [Names<E>] extends [never]
  ? { readonly path?: undefined }
  : { readonly path: Readonly<Record<Names<E>, string>> };
type BodyPart<E extends keyof Endpoints> = Endpoints[E] extends { body: infer Body }
  ? { readonly body: Body | JsonText }
  : { readonly body?: undefined };
type QueryPart<E extends keyof Endpoints> = Endpoints[E] extends { query: infer Asked }
  ? { readonly query?: Asked }
  : { readonly query?: undefined };

type Parts<E extends keyof Endpoints> = PathPart<E> & BodyPart<E> & QueryPart<E> & { readonly signal?: AbortSignal };

type Args<E extends keyof Endpoints> = Record<string, never> extends Parts<E> ? [parts?: Parts<E>] : [parts: Parts<E>];

/** Calls the console's API with the session's cookie. Rejects with a Problem. */
export async function call<E extends keyof Endpoints>(
  endpoint: E,
  ...[parts]: Args<E>
): Promise<Endpoints[E]["response"]> {
  const method = endpoint.slice(0, endpoint.indexOf(" "));
  const given = parts as
    { path?: Record<string, string>; query?: Query; body?: unknown; signal?: AbortSignal } | undefined;
  // Some of the answers are the public API's own, and may be kept there: a page shows what holds now.
  const init: RequestInit = { method, credentials: "same-origin", cache: "no-store" };
  if (given?.signal) init.signal = given.signal;
  if (given?.body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = given.body instanceof JsonText ? given.body.text : JSON.stringify(given.body);
  }
  const response = await send(endpointUrl(endpoint, given?.path, given?.query), init);
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Endpoints[E]["response"];
  const problem = await problemOf(response);
  if (problem.code === "session_missing") sessionEnd.dispatchEvent(new Event("ended"));
  throw problem;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    throw new Problem(init.signal?.aborted ? "cancelled" : "network_down", { cause });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "code" in body && typeof body.code === "string") {
      const details = "details" in body && typeof body.details === "string" ? body.details : undefined;
      return new Problem(body.code, details === undefined ? { status } : { status, details });
    }
  } catch {
    // A proxy's error page, say: the status alone decides then.
  }
  return new Problem(status >= 500 ? "unavailable" : "unexpected", { status });
}
