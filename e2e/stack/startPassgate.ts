import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimPort } from "./claimPort.ts";
import { paths } from "./paths.ts";
import { runPassgate } from "./runPassgate.ts";
import { startProcess, type Running } from "./startProcess.ts";

export interface Tenant {
  readonly id: string;
  readonly apiKey: string;
}

export interface TenantPolicy {
  /** How long a challenge lives. */
  readonly timeout?: number;
  readonly attestation_preference?: "none" | "direct";
}

export interface Passgate {
  /** What the tenants' URLs begin with. */
  readonly publicUrl: string;
  /** Where it listens; another than `publicUrl` when something stands before it. */
  readonly listenUrl: string;
  /** The tenant that was there before the first start. */
  readonly tenant: Tenant;
  readonly setPolicy: (tenant: Tenant, policy: TenantPolicy) => Promise<void>;
  readonly createTenant: (name: string) => Promise<Tenant>;
  readonly deleteCredential: (tenant: Tenant, credentialId: string) => Promise<void>;
  readonly credentials: (tenant: Tenant) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Stops it and deletes its data. */
  readonly dispose: () => Promise<void>;
  readonly output: () => string;
}

interface PassgateOptions {
  readonly workerIndex: number;
  /** The origin of the app that the first tenant is for. */
  readonly appUrl: string;
  /** If something stands before it. */
  readonly publicUrl?: string;
}

/** Starts a Passgate of its own: a fresh database with one tenant, made through the CLI as a newcomer would. */
export async function startPassgate(options: PassgateOptions): Promise<Passgate> {
  const directory = await mkdtemp(join(tmpdir(), "passgate-e2e-"));
  try {
    return await startIn(directory, options);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(directory: string, { workerIndex, appUrl, publicUrl }: PassgateOptions): Promise<Passgate> {
  const publicPort = await claimPort(workerIndex);
  const adminPort = await claimPort(workerIndex);
  const listenUrl = `http://localhost:${publicPort}`;
  const adminUrl = `http://localhost:${adminPort}`;
  // The same for the server and for the commands, which so find the server while it runs.
  const environment = {
    PASSGATE_DATABASE_URL: `sqlite:${join(directory, "passgate.db")}`,
    PASSGATE_PUBLIC_LISTEN: `127.0.0.1:${publicPort}`,
    PASSGATE_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
    PASSGATE_PUBLIC_URL: publicUrl ?? listenUrl,
  };
  const adminToken = readText(await runPassgate(environment, ["admin-token", "create"]), "token");
  const admin = adminOf(adminUrl, adminToken);
  const createTenant = async (name: string) => {
    const command = ["tenant", "create", "--name", name, "--app-url", appUrl];
    return readTenant(await runPassgate({ ...environment, PASSGATE_ADMIN_TOKEN: adminToken }, command));
  };
  const tenant = await createTenant("My app");

  let running: Running | undefined;
  const passgate: Passgate = {
    publicUrl: environment.PASSGATE_PUBLIC_URL,
    listenUrl,
    tenant,
    createTenant,
    async setPolicy({ id }, policy) {
      const { config } = (await admin("GET", `/tenants/${id}`)) as { config: { webauthn: object } };
      await admin("PUT", `/tenants/${id}/config`, { ...config, webauthn: { ...config.webauthn, ...policy } });
    },
    async deleteCredential({ id, apiKey }, credentialId) {
      await request(`${listenUrl}/${id}/credentials/${credentialId}`, { method: "DELETE", headers: { apiKey } });
    },
    async credentials({ id, apiKey }) {
      return (await request(`${listenUrl}/${id}/credentials`, { headers: { apiKey } })) as Record<string, unknown>[];
    },
    async start() {
      running = await startProcess({
        name: "passgate",
        file: paths.passgate,
        args: ["serve"],
        env: environment,
        readyUrl: `${adminUrl}/health/ready`,
        readyStatus: 200,
      });
    },
    async stop() {
      await running?.stop();
    },
    async dispose() {
      await running?.stop();
      await rm(directory, { recursive: true, force: true });
    },
    output: () => running?.output() ?? "",
  };
  await passgate.start();
  return passgate;
}

type AdminCall = (method: "GET" | "PUT", path: string, body?: unknown) => Promise<unknown>;

function adminOf(adminUrl: string, token: string): AdminCall {
  return (method, path, body) => {
    const init: RequestInit = {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    return request(adminUrl + path, init);
  };
}

async function request(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? "GET"} ${url}: ${response.status} ${text}`);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

function readTenant(created: unknown): Tenant {
  const { env } = created as { env: unknown };
  return { id: readText(env, "PASSKEYS_TENANT_ID"), apiKey: readText(env, "PASSKEYS_API_KEY") };
}

function readText(from: unknown, member: string): string {
  const value = (from as Readonly<Record<string, unknown>>)[member];
  if (typeof value !== "string") throw new Error(`no ${member} in ${JSON.stringify(from)}`);
  return value;
}
