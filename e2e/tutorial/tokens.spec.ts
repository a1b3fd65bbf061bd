import { exportSPKI, importJWK, SignJWT, type JWTPayload, type KeyLike } from "jose";
import { tenant } from "hanko-sdk-0.2.1";
import { createInPage } from "../browser/createInPage.ts";
import { getInPage } from "../browser/getInPage.ts";
import { startStack, type Stack } from "../stack/startStack.ts";
import { startTokenForger, type TokenForger } from "../stack/startTokenForger.ts";
import { john, sergio, type DemoUser } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test as base } from "./test.ts";

interface Forgery {
  readonly forger: TokenForger;
  readonly stack: Stack;
  /** What a token that Passgate makes for John's login claims. */
  readonly claims: JWTPayload;
}

const test = base.extend<Pick<Forgery, "claims">, Pick<Forgery, "forger" | "stack">>({
  forger: [
    async ({}, use, { parallelIndex }) => {
      const forger = await startTokenForger(parallelIndex);
      await use(forger);
      await forger.close();
    },
    { scope: "worker" },
  ],
  stack: [
    async ({ backendKind, forger }, use, { parallelIndex }) => {
      const stack = await startStack({ workerIndex: parallelIndex, backendKind, passgatePublicUrl: forger.url });
      forger.target = stack.passgate.listenUrl;
      await use(stack);
      await stack.dispose();
    },
    { scope: "worker" },
  ],
  claims: async ({ stack, forger }, use) => {
    const now = Math.floor(Date.now() / 1000);
    await use({
      iss: `${forger.url}/${stack.passgate.tenant.id}`,
      aud: ["localhost"],
      sub: await idOf({ stack, forger }, john),
      iat: now,
      exp: now + 300,
      purpose: "login",
      cred: "AAAA",
      uv: true,
      jti: "forged",
    });
    forger.answerWith = undefined;
  },
});

type Forge = (forgery: Forgery) => Promise<string>;

const REFUSED: Readonly<Record<string, Forge>> = {
  "that has expired": ({ forger, claims }) => sign(forger, { ...claims, iat: 1_700_000_000, exp: 1_700_000_300 }),
  "without an expiry": ({ forger, claims }) => sign(forger, without(claims, "exp")),
  "for another audience": ({ forger, claims }) => sign(forger, { ...claims, aud: ["example.org"] }),
  "for no audience": ({ forger, claims }) => sign(forger, without(claims, "aud")),
  "that names another tenant as its issuer": ({ forger, claims }) =>
    sign(forger, { ...claims, iss: `${forger.url}/00000000-0000-4000-8000-000000000000` }),
  "without an issuer": ({ forger, claims }) => sign(forger, without(claims, "iss")),
  "of a registration": ({ forger, claims }) => sign(forger, { ...claims, purpose: "registration" }),
  "without a purpose": ({ forger, claims }) => sign(forger, without(claims, "purpose")),
  "of nobody": ({ forger, claims }) => sign(forger, without(claims, "sub")),
  "of a user whom the app doesn't know": ({ forger, claims }) => sign(forger, { ...claims, sub: "nobody" }),
  "with alg none": async ({ forger, claims }) =>
    `${encode({ alg: "none", kid: forger.publicJwk.kid })}.${encode(claims)}.`,
  "with alg none and a signature": async ({ forger, claims }) => {
    const [, , signature] = (await sign(forger, claims)).split(".");
    return `${encode({ alg: "none", kid: forger.publicJwk.kid })}.${encode(claims)}.${signature}`;
  },
  "signed with HS256 over the public key's PEM": async ({ forger, claims }) => {
    const publicKey = (await importJWK(forger.publicJwk)) as KeyLike;
    return signHs256(forger, claims, await exportSPKI(publicKey));
  },
  "signed with HS256 over the public key's JWK": ({ forger, claims }) =>
    signHs256(forger, claims, JSON.stringify(forger.publicJwk)),
  "with a key id that nobody published": ({ forger, claims }) => sign(forger, claims, "unpublished"),
  "whose claims were changed after it was signed": async ({ forger, claims }) => {
    const [header, , signature] = (await sign(forger, { ...claims, sub: "nobody" })).split(".");
    return `${header}.${encode(claims)}.${signature}`;
  },
  "that is none": async () => "not a token",
};

// Without this, any of the refusals below might be one for a reason that the test doesn't know.
test("a login token that is right in everything is taken", async ({ stack, forger, claims }) => {
  forger.answerWith = () => sign(forger, claims);
  const response = await finishLogin(stack);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ message: "Passkey Login successful" });
  expect(response.headers.get("Set-Cookie")).toContain("sessionId=");
});

for (const [what, forge] of Object.entries(REFUSED)) {
  test(`a login token ${what} is refused`, async ({ stack, forger, claims }) => {
    forger.answerWith = () => forge({ stack, forger, claims });
    const response = await finishLogin(stack);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ message: "Invalid user" });
    expect(response.headers.get("Set-Cookie")).toBeNull();
  });
}

test("a login token of another tenant of the same Passgate is refused, and the person is told", async ({
  page,
  authenticator,
  stack,
  forger,
  claims,
}) => {
  // The attacker has a tenant of their own here, and a user there with John's id.
  const foreign = await stack.passgate.createTenant("Attacker's app");
  const sdk = tenant({ tenantId: foreign.id, apiKey: foreign.apiKey, baseUrl: stack.passgate.listenUrl });
  await page.goto("/");
  const created = await createInPage(
    page,
    await sdk.registration.initialize({ userId: claims.sub ?? "", username: "attacker" }),
  );
  await sdk.registration.finalize(created as Parameters<typeof sdk.registration.finalize>[0]);
  const asserted = await getInPage(page, await sdk.login.initialize());
  const { token } = await sdk.login.finalize(asserted as Parameters<typeof sdk.login.finalize>[0]);

  const person = personAt(page);
  await person.openLogin();
  forger.answerWith = async () => token ?? "";
  expect(await person.answerToFinish(person.tryPasskey)).toMatchObject({
    status: 401,
    body: { message: "Invalid user" },
  });
  await expect(person.alert).toHaveText("This passkey could not be verified. Try again, or log in with your password.");

  forger.answerWith = undefined;
  for (const credential of await authenticator.credentials()) await authenticator.forget(credential);
  await person.logIn(john);
  await person.register();
  await person.logOut();
  await person.signIn(john);
});

test("a registration token counts for the logged-in user's registration alone", async ({ stack, forger, claims }) => {
  const register = async (changed: JWTPayload) => {
    forger.answerWith = () => sign(forger, { ...claims, ...changed });
    const response = await post(stack, "/passkeys/register", { start: false, finish: true, credential: {} }, cookie);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const login = await post(stack, "/login", john);
  const cookie = login.headers.get("Set-Cookie")?.split(";", 1)[0] ?? "";

  expect(await register({ purpose: "registration" })).toEqual({
    status: 200,
    body: { message: "Registration successful" },
  });
  expect(await register({ purpose: "login" })).toMatchObject({
    status: 500,
    body: { message: "An error occurred during the passkey registration process." },
  });
  // For another user: the passkey is taken back, which fails for one that doesn't exist.
  expect((await register({ purpose: "registration", sub: await idOf({ stack, forger }, sergio) })).status).not.toBe(
    200,
  );
});

function sign({ privateKey, publicJwk }: TokenForger, claims: JWTPayload, kid = publicJwk.kid): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "JWT", kid: kid ?? "" }).sign(privateKey);
}

function signHs256({ publicJwk }: TokenForger, claims: JWTPayload, secret: string): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT", kid: publicJwk.kid ?? "" })
    .sign(new TextEncoder().encode(secret));
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

function without(claims: JWTPayload, name: keyof JWTPayload): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));
}

function post(stack: Stack, path: string, body: unknown, cookie?: string): Promise<Response> {
  return fetch(stack.backendUrl + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: stack.frontendUrl, ...(cookie ? { Cookie: cookie } : {}) },
    body: JSON.stringify(body),
  });
}

function finishLogin(stack: Stack): Promise<Response> {
  return post(stack, "/passkeys/login", { start: false, finish: true, options: {} });
}

/** The id that the backend has for a user; it says so to Passgate alone, when it begins a registration. */
async function idOf({ stack, forger }: Pick<Forgery, "stack" | "forger">, user: DemoUser): Promise<string> {
  const login = await post(stack, "/login", user);
  const cookie = login.headers.get("Set-Cookie")?.split(";", 1)[0] ?? "";
  await post(stack, "/passkeys/register", { start: true, finish: false, credential: null }, cookie);
  const id = forger.userIds.get(user.email);
  if (id === undefined) throw new Error(`no registration of ${user.email} was begun`);
  return id;
}
