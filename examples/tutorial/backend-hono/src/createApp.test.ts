import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp } from "./createApp.ts";
import { readConfig } from "./readConfig.ts";

const ORIGIN = "http://localhost:5173";
const JSON_TYPE = { "Content-Type": "application/json" };
const JOHN = JSON.stringify({ email: "john.doe@example.com", password: "password123" });

function app() {
  // Nobody listens at port 1: these tests never get as far as Passgate.
  return createApp(
    readConfig({ PASSKEYS_TENANT_ID: "tenant", PASSKEYS_API_KEY: "key", PASSKEYS_BASE_URL: "http://localhost:1" }),
  );
}

async function answerOf(response: Response) {
  return { status: response.status, body: (await response.json()) as unknown };
}

test("a login of the right user sets a cookie that scripts can't read and that expires", async () => {
  const response = await app().request("/login", { method: "POST", headers: JSON_TYPE, body: JOHN });
  const cookie = response.headers.get("Set-Cookie")?.replace(/sessionId=[\w-]{43}/, "sessionId=…");
  assert.equal(cookie, "sessionId=…; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax");
  assert.deepEqual(await answerOf(response), { status: 200, body: { message: "Login successful" } });
});

for (const [who, body] of [
  ["a wrong password", { email: "john.doe@example.com", password: "password1234" }],
  ["an unknown email", { email: "nobody@example.com", password: "password123" }],
  ["no password", { email: "john.doe@example.com" }],
  ["a password that is no string", { email: "john.doe@example.com", password: { length: 11 } }],
  ["no object at all", null],
] as const) {
  test(`a login with ${who} is refused in the same words`, async () => {
    const response = await app().request("/login", { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });
    assert.deepEqual(await answerOf(response), { status: 401, body: { message: "Invalid username or password" } });
  });
}

test("a login replaces the session that the browser had", async () => {
  const server = app();
  const logIn = async (cookie: string) => {
    const response = await server.request("/login", {
      method: "POST",
      headers: { ...JSON_TYPE, Cookie: cookie },
      body: JOHN,
    });
    return response.headers.get("Set-Cookie")?.split(";", 1)[0] ?? "";
  };
  const before = await logIn("");
  const after = await logIn(before);

  assert.notEqual(before, after);
  assert.equal((await server.request("/me", { headers: { Cookie: before } })).status, 401);
  assert.equal((await server.request("/me", { headers: { Cookie: after } })).status, 200);
});

test("logging out without a session is 400", async () => {
  const response = await app().request("/logout", { method: "POST", headers: JSON_TYPE, body: "{}" });
  assert.deepEqual(await answerOf(response), { status: 400, body: { message: "No active session" } });
});

test("registering a passkey without a session is 401", async () => {
  const response = await app().request("/passkeys/register", {
    method: "POST",
    headers: JSON_TYPE,
    body: '{"start":true}',
  });
  assert.deepEqual(await answerOf(response), { status: 401, body: { message: "Unauthorized: log in first" } });
});

for (const body of [
  "{}",
  "[]",
  "null",
  "{",
  '{"start":true,"finish":true}',
  '{"finish":true,"options":null}',
  '{"start":1}',
]) {
  test(`a passkey login that asks for neither step (${body}) is 400`, async () => {
    const response = await app().request("/passkeys/login", { method: "POST", headers: JSON_TYPE, body });
    assert.deepEqual(await answerOf(response), { status: 400, body: { message: "Invalid request" } });
  });
}

test("a passkey login while Passgate is down is 500 in the tutorial's words", async (t) => {
  t.mock.method(console, "error", () => undefined);
  const response = await app().request("/passkeys/login", {
    method: "POST",
    headers: JSON_TYPE,
    body: '{"start":true}',
  });
  assert.deepEqual(await answerOf(response), {
    status: 500,
    body: { message: "An error occurred during the passkey login process.", code: "passkeys_unavailable" },
  });
});

test("another site's page is refused, by its origin and by a form's content type", async () => {
  const foreign = await app().request("/login", {
    method: "POST",
    headers: { ...JSON_TYPE, Origin: "https://evil.example" },
    body: JOHN,
  });
  const form = await app().request("/login", {
    method: "POST",
    headers: { "Content-Type": "text/plain", Origin: ORIGIN },
    body: JOHN,
  });
  assert.deepEqual([foreign.status, form.status], [403, 415]);
});

test("only the frontend's origin may read answers with credentials", async () => {
  const preflight = (origin: string) =>
    app().request("/login", {
      method: "OPTIONS",
      headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
    });
  const ours = await preflight(ORIGIN);
  const foreign = await preflight("https://evil.example");
  assert.equal(ours.headers.get("Access-Control-Allow-Origin"), ORIGIN);
  assert.equal(ours.headers.get("Access-Control-Allow-Credentials"), "true");
  assert.equal(foreign.headers.get("Access-Control-Allow-Origin"), null);
});

test("a body over 64 KiB is refused", async () => {
  const body = JSON.stringify({ finish: true, options: { padding: "x".repeat(65 * 1024) } });
  const response = await app().request("/passkeys/login", { method: "POST", headers: JSON_TYPE, body });
  assert.equal(response.status, 413);
});

test("a missing tenant is named at the start", () => {
  assert.throws(() => readConfig({ PASSKEYS_API_KEY: "key" }), {
    code: "config_missing",
    message: /PASSKEYS_TENANT_ID/,
  });
});
