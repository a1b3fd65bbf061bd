import { createHash } from "node:crypto";
import { tenant } from "hanko-sdk-0.2.1";
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from "jose";
import type { Page } from "@playwright/test";
import { addAuthenticator } from "../browser/addAuthenticator.ts";
import { createInPage } from "../browser/createInPage.ts";
import { getInPage } from "../browser/getInPage.ts";
import { configOf } from "./configOf.ts";
import { refusalOf } from "./refusalOf.ts";
import { expect, test } from "./test.ts";
import { transactionsOf } from "./transactionsOf.ts";

type Sdk = ReturnType<typeof tenant>;
type Attestation = Parameters<Sdk["registration"]["finalize"]>[0];
type Assertion = Parameters<Sdk["login"]["finalize"]>[0];

async function register(page: Page, sdk: Sdk, userId: string): Promise<string> {
  const options = await sdk.registration.initialize({ userId, username: userId });
  const credential = (await createInPage(page, options)) as Attestation;
  await sdk.registration.finalize(credential);
  return credential.id;
}

test("a passkey confirms a transaction, and the token says which", async ({ page, passgate }) => {
  const sdk = tenant(configOf(passgate));
  const transactions = transactionsOf(passgate);
  const credentialId = await register(page, sdk, "payer");

  const options = await transactions.initialize(
    "payer",
    "transfer-7",
    '{ "to": "Jané",\n "amount": 100.00, "a": [ ] }',
  );
  const data = '{"to":"Jané","amount":100.00,"a":[]}';
  expect(options).toMatchObject({
    status: 200,
    body: {
      publicKey: {
        rpId: "localhost",
        userVerification: "required",
        allowCredentials: [{ type: "public-key", id: credentialId }],
        timeout: 300_000,
      },
    },
  });
  const { challenge } = (options.body as { publicKey: { challenge: string } }).publicKey;
  const hash = createHash("sha256").update("transfer-7").update(data).digest("hex");
  expect(Buffer.from(challenge, "base64url").toString("hex").slice(-64), "what the person signs").toBe(hash);
  const listed = {
    id: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    identifier: "transfer-7",
    data,
    created_at: expect.any(String) as unknown,
    updated_at: expect.any(String) as unknown,
  };
  expect(await transactions.list("payer")).toEqual({ status: 200, body: [{ ...listed, status: "pending" }] });

  const assertion = await getInPage(page, options.body);
  const { status, body } = await transactions.finalize(assertion);
  expect(status).toBe(200);
  const keys = createLocalJWKSet((await sdk.jwks()) as JSONWebKeySet);
  const { payload } = await jwtVerify((body as { token: string }).token, keys, { audience: "localhost" });
  expect(payload).toEqual({
    iss: `${passgate.publicUrl}/${passgate.tenant.id}`,
    aud: ["localhost"],
    sub: "payer",
    iat: expect.any(Number) as unknown,
    exp: (payload.iat ?? 0) + 300,
    cred: credentialId,
    trans: "transfer-7",
    purpose: "transaction",
    uv: true,
    jti: expect.any(String) as unknown,
  });
  expect(await transactions.list("payer")).toEqual({
    status: 200,
    body: [{ ...listed, status: "finalized", finalized_at: expect.any(String) as unknown }],
  });

  const spent = await transactions.finalize(assertion);
  expect(spent).toMatchObject({ status: 401, body: { code: "challenge_spent" } });
  const twice = await transactions.initialize("payer", "transfer-7", "{}");
  expect(twice).toMatchObject({ status: 409, body: { code: "transaction_exists" } });
  const stranger = await transactions.initialize("nobody", "transfer-8", "{}");
  expect(stranger).toMatchObject({ status: 404, body: { code: "user_not_found" } });
  expect(await transactions.list("nobody")).toEqual({ status: 200, body: [] });
});

test("a person confirms one of two transactions, and no login, nor with anybody else's passkey", async ({
  page,
  passgate,
}) => {
  const sdk = tenant(configOf(passgate));
  const transactions = transactionsOf(passgate);
  const mine = await register(page, sdk, "careful payer");
  const theirs = await register(page, sdk, "the thief");

  const small = await transactions.initialize("careful payer", "small", '{"amount":1}');
  const large = await transactions.initialize("careful payer", "large", '{"amount":1000000}');
  const confirmation = (await getInPage(page, small.body)) as Assertion;
  expect(await refusalOf(sdk.login.finalize(confirmation))).toEqual({ status: 401, code: "challenge_invalid" });
  expect(await refusalOf(sdk.user("careful payer").mfa.login.finalize(confirmation))).toEqual({
    status: 401,
    code: "challenge_invalid",
  });

  const { publicKey } = large.body as { publicKey: object };
  const withTheirs = { publicKey: { ...publicKey, allowCredentials: [{ type: "public-key", id: theirs }] } };
  const stolen = await transactions.finalize(await getInPage(page, withTheirs));
  expect(stolen).toMatchObject({ status: 401, body: { code: "user_mismatch" } });

  const { status, body } = await transactions.finalize(confirmation);
  expect(status).toBe(200);
  expect(decodeJwt((body as { token: string }).token)).toMatchObject({ trans: "small", cred: mine });
  const { body: list } = await transactions.list("careful payer");
  expect(list).toMatchObject([
    { identifier: "large", status: "pending" },
    { identifier: "small", status: "finalized" },
  ]);
});

test("a second factor confirms no transaction, even of a person who has a passkey", async ({ page, passgate }) => {
  const sdk = tenant(configOf(passgate));
  const transactions = transactionsOf(passgate);
  const passkey = await register(page, sdk, "payer with a key");
  await addAuthenticator(page, "security key");
  const { registration } = sdk.user("payer with a key").mfa;
  const key = (await createInPage(page, await registration.initialize({ username: "payer" }))) as Attestation;
  await registration.finalize(key);

  const { body } = await transactions.initialize("payer with a key", "transfer-9", "{}");
  const { publicKey } = body as { publicKey: object };
  expect(publicKey).toMatchObject({ allowCredentials: [{ id: passkey }] });
  const forced = {
    publicKey: {
      ...publicKey,
      allowCredentials: [{ type: "public-key", id: key.id }],
      userVerification: "discouraged",
    },
  };
  const refused = await transactions.finalize(await getInPage(page, forced));
  expect(refused).toMatchObject({ status: 401, body: { code: "credential_mfa_only" } });
});
