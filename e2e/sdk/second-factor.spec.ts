import { tenant } from "hanko-sdk-0.2.1";
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from "jose";
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
type RequestOptions = Awaited<ReturnType<Sdk["login"]["initialize"]>>;

/** An app whose people log in with a password and may add a security key to that. */
class PasswordApp {
  readonly #people = new Map([["john.doe@example.com", { id: "user-42", password: "password123", hasKey: false }]]);

  constructor(readonly sdk: Sdk) {}

  /** The person's id if the password is right and suffices; or what the key must answer. */
  async logIn(email: string, password: string): Promise<{ session: string } | { keyOptions: RequestOptions }> {
    const person = this.#people.get(email);
    if (person?.password !== password) throw new Error("Invalid username or password");
    if (!person.hasKey) return { session: person.id };
    return { keyOptions: await this.sdk.user(person.id).mfa.login.initialize() };
  }

  async addKey(session: string, create: (options: unknown) => Promise<unknown>): Promise<string> {
    const [email, person] = this.#person(session);
    const { registration } = this.sdk.user(session).mfa;
    const credential = (await create(await registration.initialize({ username: email }))) as Attestation;
    const claims = await this.#claims((await registration.finalize(credential)).token);
    if (claims.purpose !== "registration" || claims.sub !== session) throw new Error("not this person's key");
    person.hasKey = true;
    return credential.id;
  }

  /** The second step of a login whose password was right. */
  async proveKey(email: string, assertion: unknown): Promise<{ session: string }> {
    const { id } = this.#people.get(email) ?? { id: undefined };
    if (id === undefined) throw new Error("nobody");
    const claims = await this.#claims((await this.sdk.user(id).mfa.login.finalize(assertion as Assertion)).token);
    if (claims.purpose !== "mfa" || claims.sub !== id) throw new Error("not this person's key");
    return { session: id };
  }

  async #claims(token = "") {
    const keys = createLocalJWKSet((await this.sdk.jwks()) as JSONWebKeySet);
    return (await jwtVerify(token, keys, { audience: "localhost" })).payload;
  }

  #person(session: string) {
    const found = [...this.#people].find(([, { id }]) => id === session);
    if (!found) throw new Error("nobody is logged in");
    return found;
  }
}

test("a security key is added to a password, is asked for from then on, and opens nothing by itself", async ({
  page,
  passgate,
}) => {
  const sdk = tenant(configOf(passgate));
  const app = new PasswordApp(sdk);
  const securityKey = await addAuthenticator(page, "security key");
  const john = "john.doe@example.com";

  // The password suffices, until there is a key.
  const first = await app.logIn(john, "password123");
  expect(first).toEqual({ session: "user-42" });
  const keyId = await app.addKey("user-42", (options) => createInPage(page, options));
  expect(await securityKey.credentials()).toMatchObject([{ isResidentCredential: false }]);

  // From now on the key is asked for, and proves itself.
  await expect(app.logIn(john, "wrong")).rejects.toThrow("Invalid username or password");
  const second = await app.logIn(john, "password123");
  if (!("keyOptions" in second)) throw new Error("the password sufficed");
  const proof = await getInPage(page, second.keyOptions);
  expect(await app.proveKey(john, proof)).toEqual({ session: "user-42" });

  // It is no passkey: neither a login for its user nor one for anybody begins with it …
  const response = await fetch(`${passgate.publicUrl}/${passgate.tenant.id}/login/initialize`, {
    method: "POST",
    headers: { apiKey: passgate.tenant.apiKey },
    body: JSON.stringify({ user_id: "user-42" }),
  });
  expect([response.status, await response.json()]).toMatchObject([400, { code: "no_credentials" }]);
  // … and a page that asks for it against the options is refused at the end.
  const { publicKey } = await sdk.login.initialize();
  const forced = {
    publicKey: { ...publicKey, allowCredentials: [{ type: "public-key", id: keyId }], userVerification: "discouraged" },
  };
  const alone = (await getInPage(page, forced)) as Assertion;
  expect(await refusalOf(sdk.login.finalize(alone))).toEqual({ status: 401, code: "credential_mfa_only" });

  // Nor does it confirm a transaction.
  const transaction = await transactionsOf(passgate).initialize("user-42", "transfer of john", "{}");
  expect(transaction).toMatchObject({ status: 400, body: { code: "no_credentials" } });

  // Once it is removed it proves nothing.
  const third = (await app.logIn(john, "password123")) as { keyOptions: RequestOptions };
  await sdk.credential(keyId).remove();
  const orphaned = (await getInPage(page, third.keyOptions)) as Assertion;
  expect(await refusalOf(sdk.user("user-42").mfa.login.finalize(orphaned))).toEqual({
    status: 401,
    code: "credential_revoked",
  });
});

test("a security key proves nothing for anybody else", async ({ page, passgate }) => {
  const sdk = tenant(configOf(passgate));
  await addAuthenticator(page, "security key");
  const ids = new Map<string, string>();
  for (const userId of ["the victim", "the thief of a password"]) {
    const { registration } = sdk.user(userId).mfa;
    const made = await createInPage(page, await registration.initialize({ username: userId }));
    await registration.finalize(made as Attestation);
    ids.set(userId, (made as Attestation).id);
  }
  const { login } = sdk.user("the victim").mfa;
  const { publicKey } = await login.initialize();
  const id = ids.get("the thief of a password");
  const forced = { publicKey: { ...publicKey, allowCredentials: [{ type: "public-key", id }] } };
  const stolen = (await getInPage(page, forced)) as Assertion;
  expect(await refusalOf(login.finalize(stolen))).toEqual({ status: 401, code: "user_mismatch" });

  // A proof for the thief's own account stays the thief's, whoever finalizes it: the token tells.
  const own = (await getInPage(page, await sdk.user("the thief of a password").mfa.login.initialize())) as Assertion;
  const { token } = await login.finalize(own);
  expect(decodeJwt(token ?? "").sub).toBe("the thief of a password");
});

test("each ceremony is finished where it began", async ({ page, passgate }) => {
  const sdk = tenant(configOf(passgate));
  const user = sdk.user("user who mixes ceremonies up");
  const username = "mixer@example.com";

  const options = await sdk.registration.initialize({ userId: "user who mixes ceremonies up", username });
  const passkeyMade = (await createInPage(page, options)) as Attestation;
  const securityKey = await addAuthenticator(page, "security key");
  const keyMade = (await createInPage(page, await user.mfa.registration.initialize({ username }))) as Attestation;
  // With a second factor's options, which ask for no user verification, nobody gets a passkey.
  expect(await refusalOf(sdk.registration.finalize(keyMade))).toEqual({ status: 400, code: "challenge_invalid" });
  expect(await refusalOf(user.mfa.registration.finalize(passkeyMade))).toEqual({
    status: 400,
    code: "challenge_invalid",
  });
  expect(await user.credentials()).toEqual([]);

  await user.mfa.registration.finalize(keyMade);
  await sdk.registration.finalize(passkeyMade);
  expect((await user.credentials()).map((credential) => credential.is_mfa).sort()).toEqual([false, true]);

  const invalid = { status: 401, code: "challenge_invalid" };
  const proof = (await getInPage(page, await user.mfa.login.initialize())) as Assertion;
  expect(await refusalOf(sdk.login.finalize(proof))).toEqual(invalid);
  await securityKey.unplug();
  const login = (await getInPage(page, await sdk.login.initialize())) as Assertion;
  expect(await refusalOf(user.mfa.login.finalize(login))).toEqual(invalid);
  const transactions = transactionsOf(passgate);
  for (const assertion of [proof, login]) {
    expect(await transactions.finalize(assertion)).toMatchObject({ status: 401, body: invalid });
  }
  await user.mfa.login.finalize(proof);
  await sdk.login.finalize(login);
});
