import type { Steps } from "../../../api/types";
import { envFile } from "../keys/envFile";

export type Language = "javascript" | "rust" | "http";
export type Step = keyof Steps;

export interface GuideValues {
  readonly baseUrl: string;
  readonly tenantId: string;
  readonly rpId: string;
  readonly secret: string;
}

interface Piece {
  /** Where it goes: a file, or the page. */
  readonly where: string;
  readonly code: string;
}

/** The code of one step, with this environment's values in it. */
export function guideCode(step: Step, language: Language, values: GuideValues): readonly Piece[] {
  switch (step) {
    case "api_key_created":
      return setUp(language, values);
    case "registration_begun":
      return [{ where: "Backend, for somebody who is signed in", code: beginRegistration(language, values) }];
    case "registration_finished":
      return [
        { where: "Page", code: PAGE_CREATE },
        { where: "Backend", code: finishRegistration(language, values) },
      ];
    case "login_begun":
      return [{ where: "Backend, for anybody", code: beginLogin(language, values) }];
    case "login_finished":
      return [
        { where: "Page", code: PAGE_GET },
        { where: "Backend", code: finishLogin(language, values) },
      ];
  }
}

function setUp(language: Language, { baseUrl, tenantId, rpId, secret }: GuideValues): readonly Piece[] {
  const env = { where: ".env of the backend", code: envFile(baseUrl, tenantId, secret) };
  switch (language) {
    case "http":
      return [env, { where: "Shell", code: "set -a; . ./.env; set +a" }];
    case "javascript":
      return [
        env,
        { where: "Shell", code: "npm install @teamhanko/passkeys-sdk jose" },
        {
          where: "Backend",
          code: `import { tenant } from "@teamhanko/passkeys-sdk";

const passkeys = tenant({
  baseUrl: process.env.PASSKEYS_BASE_URL,
  tenantId: process.env.PASSKEYS_TENANT_ID,
  apiKey: process.env.PASSKEYS_API_KEY,
});`,
        },
      ];
    case "rust":
      return [
        env,
        {
          where: "Backend",
          code: `use passgate_client::{SecretString, Tenant, TenantConfig};

let passkeys = Tenant::new(TenantConfig {
    base_url: env::var("PASSKEYS_BASE_URL")?,
    tenant_id: env::var("PASSKEYS_TENANT_ID")?,
    api_key: SecretString::new(env::var("PASSKEYS_API_KEY")?),
    rp_id: "${rpId}".to_owned(),
})?;`,
        },
      ];
  }
}

function beginRegistration(language: Language, { tenantId, baseUrl }: GuideValues): string {
  switch (language) {
    case "javascript":
      return `const createOptions = await passkeys.registration.initialize({
  userId: user.id,
  username: user.email,
});`;
    case "rust":
      return `let create_options = passkeys
    .registration()
    .initialize(&RegistrationInitialize {
        user_id: user.id.to_string(),
        username: user.email.clone(),
        display_name: None,
        icon: None,
    })
    .await?;`;
    case "http":
      return `curl -X POST ${baseUrl}/${tenantId}/registration/initialize \\
  -H "apiKey: $PASSKEYS_API_KEY" -H "content-type: application/json" \\
  -d '{"user_id": "user-7", "username": "john.doe@example.com"}'`;
  }
}

const PAGE_CREATE = `const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(createOptions.publicKey);
const credential = await navigator.credentials.create({ publicKey });
await fetch("/passkeys/register/finish", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(credential.toJSON()),
});`;

function finishRegistration(language: Language, { tenantId, baseUrl }: GuideValues): string {
  switch (language) {
    case "javascript":
      return `await passkeys.registration.finalize(credential);`;
    case "rust":
      return `let registered = passkeys.registration().finalize_and_verify(&credential).await?;
assert_eq!(registered.user_id, user.id.to_string());`;
    case "http":
      return `curl -X POST ${baseUrl}/${tenantId}/registration/finalize \\
  -H "apiKey: $PASSKEYS_API_KEY" -H "content-type: application/json" \\
  -d @credential.json`;
  }
}

function beginLogin(language: Language, { tenantId, baseUrl }: GuideValues): string {
  switch (language) {
    case "javascript":
      return `const loginOptions = await passkeys.login.initialize();`;
    case "rust":
      return `let login_options = passkeys.login().initialize().await?;`;
    case "http":
      return `curl -X POST ${baseUrl}/${tenantId}/login/initialize \\
  -H "apiKey: $PASSKEYS_API_KEY" -H "content-type: application/json" -d '{}'`;
  }
}

const PAGE_GET = `const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(loginOptions.publicKey);
const credential = await navigator.credentials.get({ publicKey });
await fetch("/passkeys/login/finish", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(credential.toJSON()),
});`;

function finishLogin(language: Language, { tenantId, baseUrl, rpId }: GuideValues): string {
  switch (language) {
    case "javascript":
      return `import { createRemoteJWKSet, jwtVerify } from "jose";

const issuer = "${baseUrl}/${tenantId}";
const keys = createRemoteJWKSet(new URL(issuer + "/.well-known/jwks.json"));

const { token } = await passkeys.login.finalize(credential);
const { payload } = await jwtVerify(token, keys, { issuer, audience: "${rpId}", algorithms: ["ES256", "RS256"] });
if (payload.purpose !== "login") throw new Error("not a login");
startSession(payload.sub); // your own id of the user`;
    case "rust":
      return `let login = passkeys.login().finalize_and_verify(&credential).await?;
start_session(&login.user_id);`;
    case "http":
      return `curl -X POST ${baseUrl}/${tenantId}/login/finalize \\
  -H "apiKey: $PASSKEYS_API_KEY" -H "content-type: application/json" \\
  -d @credential.json

# Verify the token's signature, iss, aud (${rpId}), exp and purpose with the keys of
# ${baseUrl}/${tenantId}/.well-known/jwks.json`;
  }
}
