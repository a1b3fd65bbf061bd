const SESSION_SECONDS = 60 * 60;

export interface Config {
  readonly port: number;
  readonly frontendOrigin: string;
  readonly sessionSeconds: number;
  readonly passkeys: {
    readonly tenantId: string;
    readonly apiKey: string;
    /** Without a slash at the end, as the issuer of tokens has it. */
    readonly baseUrl: string;
    /** The domain that passkeys are bound to, which is also the audience of tokens. */
    readonly rpId: string;
  };
}

export class ConfigError extends Error {
  readonly code: "config_missing" | "config_invalid";

  constructor(code: ConfigError["code"], message: string) {
    super(message);
    this.name = "ConfigError";
    this.code = code;
  }
}

/** Reads the configuration from the environment; throws a ConfigError that names what is missing or wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  return {
    port: readPositive(env, "PORT", 3000),
    frontendOrigin: readOrigin(env, "FRONTEND_ORIGIN", "http://localhost:5173"),
    sessionSeconds: readPositive(env, "SESSION_SECONDS", SESSION_SECONDS),
    passkeys: {
      tenantId: readRequired(env, "PASSKEYS_TENANT_ID"),
      apiKey: readRequired(env, "PASSKEYS_API_KEY"),
      baseUrl: readUrl(env, "PASSKEYS_BASE_URL", "http://localhost:8000").href.replace(/\/+$/, ""),
      rpId: env.PASSKEYS_RP_ID || "localhost",
    },
  };
}

type Environment = Parameters<typeof readConfig>[0];

function readRequired(env: Environment, name: string): string {
  const value = env[name];
  if (!value) throw new ConfigError("config_missing", `${name} is not set; \`passgate tenant create\` prints it`);
  return value;
}

function readPositive(env: Environment, name: string, fallback: number): number {
  const value = env[name] ? Number(env[name]) : fallback;
  if (!Number.isInteger(value) || value <= 0) {
    throw new ConfigError("config_invalid", `${name} must be a positive whole number`);
  }
  return value;
}

function readUrl(env: Environment, name: string, fallback: string): URL {
  const value = env[name] || fallback;
  if (!URL.canParse(value)) throw new ConfigError("config_invalid", `${name} must be a URL`);
  return new URL(value);
}

function readOrigin(env: Environment, name: string, fallback: string): string {
  return readUrl(env, name, fallback).origin;
}
