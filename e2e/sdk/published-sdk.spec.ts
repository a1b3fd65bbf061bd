import { tenant as tenant019 } from "hanko-sdk-0.1.9";
import { tenant as tenant021 } from "hanko-sdk-0.2.1";
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from "jose";
import type { Page } from "@playwright/test";
import { addAuthenticator } from "../browser/addAuthenticator.ts";
import { createInPage } from "../browser/createInPage.ts";
import { getInPage } from "../browser/getInPage.ts";
import { configOf } from "./configOf.ts";
import { expect, test } from "./test.ts";

// 0.2.1 has every method of 0.1.9, described by other types, and the second-factor ones besides. Neither has one for
// transactions.
type Sdk = ReturnType<typeof tenant021>;
type Attestation = Parameters<Sdk["registration"]["finalize"]>[0];
type Assertion = Parameters<Sdk["login"]["finalize"]>[0];

const VERSIONS: readonly (readonly [string, typeof tenant021, readonly string[]])[] = [
  ["0.1.9", tenant019 as unknown as typeof tenant021, ["credentials"]],
  ["0.2.1", tenant021, ["credentials", "mfa"]],
];

async function register(page: Page, sdk: Sdk, userId: string) {
  const options = await sdk.registration.initialize({ userId, username: `${userId}@example.com` });
  const credential = (await createInPage(page, options)) as Attestation;
  const { token } = await sdk.registration.finalize(credential);
  return { options, credential, token: token ?? "" };
}

for (const [version, tenant, methodsOfUser] of VERSIONS) {
  const userId = `user of ${version}`;

  test(`${version} has no method that is not called here`, ({ passgate }) => {
    const sdk = tenant(configOf(passgate));
    expect(Object.keys(sdk).sort()).toEqual(["config", "credential", "jwks", "login", "registration", "user"]);
    expect(Object.keys(sdk.registration)).toEqual(["initialize", "finalize"]);
    expect(Object.keys(sdk.login)).toEqual(["initialize", "finalize"]);
    expect(Object.keys(sdk.credential("id"))).toEqual(["remove"]);
    const user = sdk.user("id");
    expect(Object.keys(user)).toEqual(methodsOfUser);
    if (!("mfa" in user)) return;
    expect(Object.keys(user.mfa)).toEqual(["registration", "login"]);
    expect(Object.keys(user.mfa.registration)).toEqual(["initialize", "finalize"]);
    expect(Object.keys(user.mfa.login)).toEqual(["initialize", "finalize"]);
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
        authenticator: expect.any(String) as unknown,
        storage: "device_bound",
        use_count: 0,
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

  if (methodsOfUser.includes("mfa")) {
    test(`${version} user.mfa.registration.initialize: asks for a security key, of whatever make`, async ({
      passgate,
    }) => {
      const { mfa } = tenant(configOf(passgate)).user(`${userId} who may have a key`);
      const full = await mfa.registration.initialize({
        username: "jane@example.com",
        displayName: "Jane",
        icon: "https://example.com/jane.png",
      });
      expect(full.publicKey).toMatchObject({
        rp: { id: "localhost", name: "My app" },
        user: { name: "jane@example.com", displayName: "Jane" },
        authenticatorSelection: {
          authenticatorAttachment: "cross-platform",
          residentKey: "discouraged",
          requireResidentKey: false,
          userVerification: "preferred",
        },
        attestation: "direct",
        timeout: 300_000,
      });
      const short = await mfa.registration.initialize({ username: "jo@example.com" });
      expect(short.publicKey.user).toMatchObject({ name: "jo@example.com", displayName: "jo@example.com" });
      expect(short.publicKey.user.id, "the same user").toBe(full.publicKey.user.id);
    });

    test(`${version} user.mfa.registration, user.mfa.login: a token each that the tenant's keys verify`, async ({
      page,
      passgate,
    }) => {
      await addAuthenticator(page, "security key");
      const owner = `${userId} with a key`;
      const sdk = tenant(configOf(passgate));
      const user = sdk.user(owner);
      const options = await user.mfa.registration.initialize({ username: owner });
      const credential = (await createInPage(page, options)) as Attestation;
      const registration = await user.mfa.registration.finalize(credential);
      expect(await user.credentials()).toEqual([
        expect.objectContaining({
          id: credential.id,
          user_id: owner,
          is_mfa: true,
          transports: ["usb"],
          attestation_type: "packed",
        }) as unknown,
      ]);
      const again = await user.mfa.registration.initialize({ username: owner });
      expect(again.publicKey.excludeCredentials).toMatchObject([{ id: credential.id, transports: ["usb"] }]);

      const requestOptions = await user.mfa.login.initialize();
      expect(requestOptions.publicKey).toMatchObject({ rpId: "localhost", userVerification: "preferred" });
      expect(requestOptions.publicKey?.allowCredentials).toEqual([{ type: "public-key", id: credential.id }]);
      const login = await user.mfa.login.finalize((await getInPage(page, requestOptions)) as Assertion);

      const keys = createLocalJWKSet((await sdk.jwks()) as JSONWebKeySet);
      for (const [token, purpose] of [
        [registration.token ?? "", "registration"],
        [login.token ?? "", "mfa"],
      ] as const) {
        const { payload } = await jwtVerify(token, keys, { audience: "localhost" });
        expect(payload).toEqual({
          iss: `${passgate.publicUrl}/${passgate.tenant.id}`,
          aud: ["localhost"],
          sub: owner,
          iat: expect.any(Number) as unknown,
          exp: (payload.iat ?? 0) + 300,
          cred: credential.id,
          purpose,
          uv: false,
          jti: expect.any(String) as unknown,
        });
      }
    });

    test(`${version} user.mfa.login: takes the person's passkey too`, async ({ page, passgate }) => {
      const owner = `${userId} who forgot the key`;
      const sdk = tenant(configOf(passgate));
      const { mfa } = sdk.user(owner);
      const { credential: passkey } = await register(page, sdk, owner);
      const key = await addAuthenticator(page, "security key");
      const attestation = await createInPage(page, await mfa.registration.initialize({ username: owner }));
      await mfa.registration.finalize(attestation as Attestation);
      const secondFactor = (attestation as Attestation).id;

      const options = await mfa.login.initialize();
      const offered = options.publicKey?.allowCredentials?.map(({ id }) => id) ?? [];
      expect(offered.sort()).toEqual([passkey.id, secondFactor].sort());
      await key.unplug();
      const { token } = await mfa.login.finalize((await getInPage(page, options)) as Assertion);
      expect(decodeJwt(token ?? "")).toMatchObject({ sub: owner, cred: passkey.id, purpose: "mfa", uv: true });
    });

    test(`${version} user.mfa errors: keep Passgate's status and code`, async ({ page, passgate }) => {
      await addAuthenticator(page, "security key");
      const config = configOf(passgate);
      const sdk = tenant(config);
      const refused = (status: number, code: string) => ({ originalError: { status, code } });
      await expect(sdk.user(`${userId} unheard of`).mfa.login.initialize()).rejects.toMatchObject(
        refused(404, "user_not_found"),
      );
      const { mfa } = sdk.user(`${userId} who makes mistakes`);
      await expect(mfa.registration.initialize({ username: "" })).rejects.toMatchObject(
        refused(400, "validation_failed"),
      );
      const creation = await mfa.registration.initialize({ username: userId });
      await expect(mfa.login.initialize()).rejects.toMatchObject(refused(400, "no_credentials"));

      const keyless = tenant({ ...config, apiKey: "wrong" }).user(`${userId} who makes mistakes`).mfa;
      const attestation = (await createInPage(page, creation)) as Attestation;
      for (const call of [
        () => keyless.registration.initialize({ username: userId }),
        () => keyless.registration.finalize(attestation),
        () => keyless.login.initialize(),
        () => keyless.login.finalize(attestation as unknown as Assertion),
      ]) {
        await expect(call()).rejects.toMatchObject(refused(401, "api_key_invalid"));
      }
      await mfa.registration.finalize(attestation);
      await expect(mfa.registration.finalize(attestation)).rejects.toMatchObject(refused(400, "challenge_spent"));
      const assertion = (await getInPage(page, await mfa.login.initialize())) as Assertion;
      await mfa.login.finalize(assertion);
      await expect(mfa.login.finalize(assertion)).rejects.toMatchObject(refused(401, "challenge_spent"));
    });
  }

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
  const before = tenant019(configOf(passgate)) as unknown as Sdk;
  const after = tenant021(configOf(passgate));
  const { credential } = await register(page, before, "upgrader");
  const assertion = (await getInPage(page, await after.login.initialize())) as Assertion;
  const { token } = await after.login.finalize(assertion);
  expect(decodeJwt(token ?? "")).toMatchObject({ sub: "upgrader", cred: credential.id });
});
