import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { tenant } from "@teamhanko/passkeys-sdk";
import { callPasskeys } from "./callPasskeys.ts";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The published SDK, pointed at a server that gives one answer to everything. */
async function sdkThatMeets(t: TestContext, answer: Answer) {
  const server = createServer((_, response) => {
    // Without a Content-Length, as a proxy may answer.
    response.writeHead(answer.status, { "Content-Type": "application/json", "Transfer-Encoding": "chunked" });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return tenant({ apiKey: "key", tenantId: "tenant", baseUrl: `http://127.0.0.1:${port}` });
}

function errorBody(status: number, code: string): Answer {
  return { status, body: JSON.stringify({ title: "No", details: "…", status, code }) };
}

const REFUSALS: readonly (readonly [Answer, { name: string; status?: number; code: string }])[] = [
  [
    errorBody(422, "user_verification_missing"),
    { name: "PasskeyRefused", status: 422, code: "user_verification_missing" },
  ],
  [errorBody(401, "credential_revoked"), { name: "PasskeyRefused", status: 401, code: "credential_revoked" }],
  [errorBody(401, "api_key_invalid"), { name: "PasskeysUnavailable", code: "passkeys_unavailable" }],
  [errorBody(404, "tenant_not_found"), { name: "PasskeysUnavailable", code: "passkeys_unavailable" }],
  [errorBody(503, "unavailable"), { name: "PasskeysUnavailable", code: "passkeys_unavailable" }],
  [
    { status: 400, body: '{"title":"No","details":"","status":400}' },
    { name: "PasskeyRefused", status: 400, code: "refused" },
  ],
  [
    { status: 502, body: "<html>Bad gateway</html>" },
    { name: "PasskeysUnavailable", code: "passkeys_unavailable" },
  ],
  [
    { status: 500, body: "" },
    { name: "PasskeysUnavailable", code: "passkeys_unavailable" },
  ],
  [
    { status: 200, body: "not json" },
    { name: "PasskeysUnavailable", code: "passkeys_unavailable" },
  ],
];

for (const [answer, expected] of REFUSALS) {
  test(`an answer ${answer.status} ${answer.body} is ${expected.name} ${expected.code}`, async (t) => {
    const sdk = await sdkThatMeets(t, answer);
    await assert.rejects(
      callPasskeys("theirs", () => sdk.login.initialize()),
      expected,
    );
  });
}

test("a refusal of what this app made is not the person's affair", async (t) => {
  const sdk = await sdkThatMeets(t, errorBody(400, "validation_failed"));
  await assert.rejects(
    callPasskeys("ours", () => sdk.registration.initialize({ userId: "", username: "" })),
    { name: "PasskeysUnavailable" },
  );
});

test("nobody listening is PasskeysUnavailable", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const sdk = tenant({ apiKey: "key", tenantId: "tenant", baseUrl: `http://127.0.0.1:${port}` });
  await assert.rejects(
    callPasskeys("theirs", () => sdk.login.initialize()),
    { name: "PasskeysUnavailable" },
  );
});
