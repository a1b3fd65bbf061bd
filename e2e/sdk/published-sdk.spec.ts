import { tenant as tenant019 } from "hanko-sdk-0.1.9";
import { tenant as tenant021 } from "hanko-sdk-0.2.1";
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from "jose";
import type { Page } from "@playwright/test";
import { createInPage } from "../browser/createInPage.ts";
import { getInPage } from "../browser/getInPage.ts";
import type { Passgate } from "../stack/startPassgate.ts";
import { expect, test } from "./test.ts";

// 0.2.1 has every method of 0.1.9, described by other types, and the second-factor ones besides.
type Sdk = ReturnType<typeof tenant021>;
type Attestation = Parameters<Sdk["registration"]["finalize"]>[0];
type Assertion = Parameters<Sdk["login"]["finalize"]>[0];

const VERSIONS = [
  ["0.1.9", tenant019 as unknown as typeof tenant021],
  ["0.2.1", tenant021],
] as const;

function configOf({ publicUrl, tenant }: Passgate) {
  return { tenantId: tenant.id, apiKey: tenant.apiKey, baseUrl: publicUrl };
}

async function register(page: Page, sdk: Sdk, userId: string) {
  const options = await sdk.registration.initialize({ userId, username: `${userId}@example.com` });
  const credential = (await createInPage(page, options)) as Attestation;
  const { token } = await sdk.registration.finalize(credential);
  return { options, credential, token: token ?? "" };
}

for (const [version, tenant] of VERSIONS) {
  const userId = `user of ${version}`;

  test(`${version} has no method that is not called here`, ({ passgate }) => {
    const sdk = tenant(configOf(passgate));
    expect(Object.keys(sdk).sort()).toEqual(["config", "credential", "jwks", "login", "registration", "user"]);
    expect(Object.keys(sdk.registration)).toEqual(["initialize", "finalize"]);
    expect(Object.keys(sdk.login)).toEqual(["initialize", "finalize"]);
    expect(Object.keys(sdk.credential("id"))).toEqual(["remove"]);
    // `mfa` is for Passgate's second-factor endpoints.
    expect(Object.keys(sdk.user("id")).filter((name) => name !== "mfa")).toEqual(["credentials"]);
  });

  test(`${version} config: tells the tenant and the base URL`, ({ passgate }) => {
    const sdk = tenant(configOf(passgate));
    expect(sdk.config.tenantId).toBe(passgate.tenant.id);
    expect(sdk.config.baseUrl).toBe(`${passgate.publicUrl}/`);
  });

  test(`${version} registration.initialize: options with every name that was given`, async ({ passgate }) => {
    const sdk = tenant(configOf(passgate));
    const full = await sdk.registration.initialize({
      userId: `${userId} in full`,
      username: "jane@example.com",
      displayName: "Jane",
      icon: "https://example.com/jane.png",
    });
    expect(full.publicKey).toMatchObject({
      rp: { id: "localhost", name: "My app" },
      user: { name: "jane@example.com", displayName: "Jane" },
      attestation: "none",
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      timeout: 300_000,
    });
    const short = await sdk.registration.initialize({ userId: `${userId} in short`, username: "jo@example.com" });
    expect(short.publicKey.user).toMatchObject({ name: "jo@example.com", displayName: "jo@example.com" });
  });

  test(`${version} registration, login: a token each that the tenant's keys verify`, async ({ page, passgate }) => {
    const sdk = tenant(configOf(passgate));
    const registration = await register(page, sdk, userId);
    const requestOptions = await sdk.login.initialize();
    expect(requestOptions.publicKey).toMatchObject({ rpId: "localhost", userVerification: "required" });
    expect(requestOptions.publicKey).not.toHaveProperty("allowCredentials");
    const assertion = (await getInPage(page, requestOptions)) as Assertion;
    const login = await sdk.login.finalize(assertion);

    const keys = createLocalJWKSet((await sdk.jwks()) as JSONWebKeySet);
    for (const [token, purpose] of [
      [registration.token, "registration"],
      [login.token ?? "", "login"],
    ] as const) {
      const { payload, protectedHeader } = await jwtVerify(token, keys, { audience: "localhost" });
      expect(payload).toEqual({
        iss: `${passgate.publicUrl}/${passgate.tenant.id}`,
        aud: ["localhost"],
        sub: userId,
        iat: expect.any(Number) as unknown,
        exp: (payload.iat ?? 0) + 300,
        cred: registration.credential.id,
        purpose,
        uv: true,
        jti: expect.any(String) as unknown,
      });
      expect(protectedHeader).toMatchObject({ alg: "ES256", kid: expect.any(String) as unknown });
    }
  });

  test(`${version} jwks: public keys and nothing else of them`, async ({ passgate }) => {
    const { keys = [] } = await tenant(configOf(passgate)).jwks();
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toMatchObject({ kty: "EC", crv: "P-256", alg: "ES256", use: "sig" });
      expect(key).not.toHaveProperty("d");
    }
  });

  test(`${version} user.credentials, credential.remove: lists a user's passkeys, and removes one for good`, async ({
    page,
    passgate,
  }) => {
    const sdk = tenant(configOf(passgate));
    const owner = `${userId} with a passkey`;
    const { credential } = await register(page, sdk, owner);
    const bystander = `${userId} without`;
    await sdk.registration.initialize({ userId: bystander, username: bystander });

    expect(await sdk.user(owner).credentials()).toEqual([
      {
        id: credential.id,
        name: expect.any(String) as unknown,
        public_key: expect.stringMatching(/^[\w-]+$/) as unknown,
        attestation_type: "none",
        aaguid: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/) as unknown,
        last_used_at: expect.any(String) as unknown,
        created_at: expect.any(String) as unknown,
        transports: ["internal"],
        backup_eligible: expect.any(Boolean) as unknown,
        backup_state: expect.any(Boolean) as unknown,
        is_mfa: false,
        user_id: owner,
      },
    ]);
    expect(await sdk.user(bystander).credentials()).toEqual([]);

    await sdk.credential(credential.id).remove();
    expect(await sdk.user(owner).credentials()).toEqual([]);
    const assertion = (await getInPage(page, await sdk.login.initialize())) as Assertion;
    await expect(sdk.login.finalize(assertion)).rejects.toMatchObject({
      originalError: { status: 401, code: "credential_revoked" },
    });
    await expect(sdk.credential(credential.id).remove()).rejects.toMatchObject({
      originalError: { status: 404, code: "credential_not_found" },
    });
  });

  test(`${version} errors: keep Passgate's status, code, title and details`, async ({ page, passgate }) => {
    const wrongKey = tenant({ ...configOf(passgate), apiKey: "wrong" });
    await expect(wrongKey.registration.initialize({ userId, username: "x" })).rejects.toMatchObject({
      message: expect.stringContaining("Request failed") as unknown,
      originalError: {
        title: expect.any(String) as unknown,
        details: expect.any(String) as unknown,
        status: 401,
        code: "api_key_invalid",
      },
    });
    const sdk = tenant(configOf(passgate));
    await expect(sdk.registration.initialize({ userId: "", username: "x" })).rejects.toMatchObject({
      originalError: { status: 400, code: "validation_failed" },
    });
    const { credential } = await register(page, sdk, `${userId} who sends twice`);
    await expect(sdk.registration.finalize(credential)).rejects.toMatchObject({
      originalError: { status: 400, code: "challenge_spent" },
    });
    const elsewhere = tenant({ ...configOf(passgate), tenantId: "00000000-0000-4000-8000-000000000000" });
    await expect(elsewhere.jwks()).rejects.toMatchObject({ originalError: { status: 404, code: "tenant_not_found" } });
  });
}

test("the two versions see each other's passkeys", async ({ page, passgate }) => {
  const [[, tenantBefore], [, tenantAfter]] = VERSIONS;
  const before = tenantBefore(configOf(passgate));
  const after = tenantAfter(configOf(passgate));
  const { credential } = await register(page, before, "upgrader");
  const assertion = (await getInPage(page, await after.login.initialize())) as Assertion;
  const { token } = await after.login.finalize(assertion);
  expect(decodeJwt(token ?? "")).toMatchObject({ sub: "upgrader", cred: credential.id });
});
