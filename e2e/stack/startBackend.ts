import { paths } from "./paths.ts";
import type { Tenant } from "./startPassgate.ts";
import { startProcess, type Running } from "./startProcess.ts";

export type BackendKind = "rust" | "hono";

export interface BackendOptions {
  readonly kind: BackendKind;
  readonly port: number;
  readonly frontendOrigin: string;
  readonly passgateUrl: string;
  readonly tenant: Tenant;
  readonly sessionSeconds?: number;
}

/** Starts one of the tutorial's two backends. Both take the same environment. */
export function startBackend(options: BackendOptions): Promise<Running> {
  const { kind, port, tenant } = options;
  const env = {
    PORT: String(port),
    FRONTEND_ORIGIN: options.frontendOrigin,
    PASSKEYS_TENANT_ID: tenant.id,
    PASSKEYS_API_KEY: tenant.apiKey,
    PASSKEYS_BASE_URL: options.passgateUrl,
    ...(options.sessionSeconds === undefined ? {} : { SESSION_SECONDS: String(options.sessionSeconds) }),
  };
  const readyUrl = `http://localhost:${port}/me`;
  switch (kind) {
    case "rust":
      return startProcess({ name: "tutorial-backend", file: paths.rustBackend, args: [], env, readyUrl });
    case "hono":
      return startProcess({
        name: "backend-hono",
        file: process.execPath,
        args: ["--import", "tsx", "src/main.ts"],
        cwd: paths.honoBackend,
        env,
        readyUrl,
      });
  }
}
