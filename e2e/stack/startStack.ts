import { claimPort } from "./claimPort.ts";
import { frontendSource } from "./frontendSource.ts";
import { servePages } from "./servePages.ts";
import { startBackend, type BackendKind } from "./startBackend.ts";
import { startPassgate, type Passgate, type TenantPolicy } from "./startPassgate.ts";
import type { Running } from "./startProcess.ts";

export interface Stack {
  readonly frontendUrl: string;
  readonly backendUrl: string;
  readonly passgate: Passgate;
  /** Ends all sessions: both backends keep them in memory. */
  readonly restartBackend: () => Promise<void>;
  /** The last of what each server printed, by name. */
  readonly outputs: () => Readonly<Record<string, string>>;
  readonly dispose: () => Promise<void>;
}

export interface StackOptions {
  readonly workerIndex: number;
  readonly backendKind: BackendKind;
  readonly policy?: TenantPolicy;
  readonly sessionSeconds?: number;
  /** What stands before Passgate, if anything does. */
  readonly passgatePublicUrl?: string;
}

/** The whole tutorial: Passgate, a backend, and the pages, each on a port of its own. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { workerIndex, backendKind } = options;
  const backendPort = await claimPort(workerIndex);
  const backendUrl = `http://localhost:${backendPort}`;
  const pages = await servePages(await claimPort(workerIndex), frontendSource(backendUrl));
  const passgate = await startPassgate({
    workerIndex,
    appUrl: pages.origin,
    ...(options.passgatePublicUrl === undefined ? {} : { publicUrl: options.passgatePublicUrl }),
  });
  if (options.policy) await passgate.setPolicy(passgate.tenant, options.policy);

  let backend: Running;
  const start = async () => {
    backend = await startBackend({
      kind: backendKind,
      port: backendPort,
      frontendOrigin: pages.origin,
      passgateUrl: passgate.publicUrl,
      tenant: passgate.tenant,
      ...(options.sessionSeconds === undefined ? {} : { sessionSeconds: options.sessionSeconds }),
    });
  };
  await start();

  return {
    frontendUrl: pages.origin,
    backendUrl,
    passgate,
    async restartBackend() {
      await backend.stop();
      await start();
    },
    outputs: () => ({ backend: backend.output(), passgate: passgate.output() }),
    async dispose() {
      await pages.close();
      await backend.stop();
      await passgate.dispose();
    },
  };
}
