import { createServer, type IncomingMessage } from "node:http";
import { exportJWK, generateKeyPair, type JWK, type KeyLike } from "jose";
import { claimPort } from "./claimPort.ts";

/**
 * Stands between a backend and Passgate. It adds a key of its own to every tenant's JWKS, so that a token can
 * be wrong in one thing alone, and can answer a finalize in Passgate's place. All else passes through.
 */
export interface TokenForger {
  /** What Passgate's public URL has to be. */
  readonly url: string;
  readonly privateKey: KeyLike;
  readonly publicJwk: JWK;
  /** The backend's ids of users for whom it began a registration, by username. */
  readonly userIds: ReadonlyMap<string, string>;
  /** Where Passgate listens. */
  target: string;
  /** The token that answers the next finalizes; undefined lets Passgate answer them. */
  answerWith: (() => Promise<string>) | undefined;
  readonly close: () => Promise<void>;
}

export async function startTokenForger(workerIndex: number): Promise<TokenForger> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const publicJwk: JWK = { ...(await exportJWK(publicKey)), alg: "ES256", use: "sig", kid: "the-forgers" };
  const port = await claimPort(workerIndex);
  const userIds = new Map<string, string>();

  const server = createServer((request, response) => {
    void answer(forger, userIds, request).then(({ status, body }) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(body);
    });
  });
  const forger: TokenForger = {
    url: `http://localhost:${port}`,
    privateKey,
    publicJwk,
    userIds,
    target: "",
    answerWith: undefined,
    close() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return forger;
}

async function answer(
  forger: TokenForger,
  userIds: Map<string, string>,
  request: IncomingMessage,
): Promise<{ status: number; body: string }> {
  const path = request.url ?? "/";
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);

  const sent = Buffer.concat(chunks);

  if (path.endsWith("/registration/initialize")) {
    const { user_id, username } = JSON.parse(sent.toString()) as { user_id: string; username: string };
    userIds.set(username, user_id);
  }
  if (forger.answerWith && path.endsWith("/finalize")) {
    return { status: 200, body: JSON.stringify({ token: await forger.answerWith() }) };
  }
  const init: RequestInit = { method: request.method ?? "GET", headers: forwarded(request) };
  if (sent.length > 0) init.body = sent;
  const response = await fetch(forger.target + path, init);
  const body = await response.text();
  if (!path.endsWith("/jwks.json")) return { status: response.status, body };
  const { keys } = JSON.parse(body) as { keys: JWK[] };
  return { status: response.status, body: JSON.stringify({ keys: [...keys, forger.publicJwk] }) };
}

function forwarded(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ["apikey", "authorization", "content-type"]) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  return headers;
}
