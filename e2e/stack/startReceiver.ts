import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

export interface Message {
  readonly id: string;
  readonly body: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  /** Whether a secret made its signature (Standard Webhooks 1.0.0). */
  readonly isSignedWith: (secret: string) => boolean;
}

/** An app's server, as far as it takes webhooks. */
export interface Receiver {
  readonly url: string;
  readonly messages: readonly Message[];
  /** Answers with this status from now on. */
  readonly answer: (status: number) => void;
  readonly stop: () => Promise<void>;
}

export async function startReceiver(port: number): Promise<Receiver> {
  const messages: Message[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const header = (name: string) => String(request.headers[name]);
      const id = header("webhook-id");
      const signed = `${id}.${header("webhook-timestamp")}.${text}`;
      const signatures = header("webhook-signature").split(" ");
      messages.push({
        id,
        body: JSON.parse(text) as Message["body"],
        isSignedWith(secret) {
          const key = Buffer.from(secret.replace("whsec_", ""), "base64");
          return signatures.includes(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
        },
      });
      response.writeHead(status).end();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://localhost:${port}/hooks/passgate`,
    messages,
    answer(next) {
      status = next;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
