import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
};

export interface Pages {
  /** On `localhost`: browsers take no passkeys for an IP address. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** What is at a path: its text and type, or undefined where nothing is. */
export type PageSource = (path: string) => Promise<{ readonly type: string; readonly body: string } | undefined>;

/** Serves pages on a port of its own. */
export async function servePages(port: number, source: PageSource): Promise<Pages> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    void source(pathname).then((page) => {
      response.writeHead(page ? 200 : 404, { "Content-Type": page?.type ?? "text/plain" });
      response.end(page?.body ?? "Not found");
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { origin: `http://localhost:${port}`, close: () => close(server) };
}

/** The files of a folder; nothing above it. */
export function folderSource(folder: string): PageSource {
  return async (path) => {
    const file = join(folder, normalize(path));
    try {
      return { type: TYPES[extname(file)] ?? "application/octet-stream", body: await readFile(file, "utf8") };
    } catch {
      return undefined;
    }
  };
}

function close(server: Server): Promise<void> {
  // The browser keeps connections alive that carry nothing any more.
  server.closeAllConnections();
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}
