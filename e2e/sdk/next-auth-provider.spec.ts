import Passkeys, { ErrorCode, tenant } from "@teamhanko/passkeys-next-auth-provider";
import type { Page } from "@playwright/test";
import { createInPage } from "../browser/createInPage.ts";
import type { Passgate, Tenant } from "../stack/startPassgate.ts";
import { expect, test } from "./test.ts";

function sdkOf({ publicUrl }: Passgate, { id, apiKey }: Tenant) {
  return tenant({ tenantId: id, apiKey, baseUrl: publicUrl });
}

async function register(page: Page, sdk: ReturnType<typeof tenant>, userId: string): Promise<void> {
  const options = await sdk.registration.initialize({ userId, username: userId });
  await sdk.registration.finalize(
    (await createInPage(page, options)) as Parameters<typeof sdk.registration.finalize>[0],
  );
}

/** Signs in with the package's own browser half, which calls Passgate from the page. */
function signInInPage(page: Page, { publicUrl }: Passgate, { id }: Tenant) {
  return page.evaluate(
    async ({ baseUrl, tenantId }) => {
      // Resolved by the page's import map, not by Node.
      const client = "@teamhanko/passkeys-next-auth-provider/client";
      const { signInWithPasskey } = (await import(client)) as {
        signInWithPasskey: (config: { baseUrl: string; tenantId: string }) => Promise<void>;
      };
      await signInWithPasskey({ baseUrl, tenantId });
      return (window as unknown as { signedIn: { provider: string; token: string } }).signedIn;
    },
    { baseUrl: publicUrl, tenantId: id },
  );
}

test("signing in from the page, across origins, gives a token that the provider takes", async ({ page, passgate }) => {
  const sdk = sdkOf(passgate, passgate.tenant);
  await register(page, sdk, "next-auth user");
  const { provider: providerId, token } = await signInInPage(page, passgate, passgate.tenant);

  const provider = Passkeys({ tenant: sdk });
  expect(providerId).toBe(provider.id);
  expect(await provider.authorize({ finalizeJWT: token })).toEqual({ id: "next-auth user" });

  const seen: unknown[] = [];
  const withCallback = Passkeys({
    tenant: sdk,
    authorize: ({ userId, token: claims }) => {
      seen.push(userId, claims.aud);
      return { id: userId, name: "Next" };
    },
  });
  expect(await withCallback.authorize({ finalizeJWT: token })).toEqual({ id: "next-auth user", name: "Next" });
  expect(seen).toEqual(["next-auth user", ["localhost"]]);
});

test("the provider refuses a token of another tenant, and one that was changed", async ({ page, passgate }) => {
  const other = await passgate.createTenant("Other app");
  await register(page, sdkOf(passgate, other), "their user");
  const { token: foreign } = await signInInPage(page, passgate, other);
  const provider = Passkeys({ tenant: sdkOf(passgate, passgate.tenant) });
  const refused = { code: ErrorCode.JWTVerificationFailed };

  await expect(provider.authorize({ finalizeJWT: foreign })).rejects.toMatchObject(refused);
  const [header, payload, signature] = foreign.split(".");
  const claims = JSON.parse(Buffer.from(payload ?? "", "base64url").toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: "admin" })).toString("base64url");
  const theirs = Passkeys({ tenant: sdkOf(passgate, other) });
  await expect(theirs.authorize({ finalizeJWT: `${header}.${changed}.${signature}` })).rejects.toMatchObject(refused);
  const unsigned = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
  await expect(theirs.authorize({ finalizeJWT: `${unsigned}.${payload}.` })).rejects.toMatchObject(refused);
});
