import { addAuthenticator } from "../browser/addAuthenticator.ts";
import { claimPort } from "../stack/claimPort.ts";
import { frontendSource } from "../stack/frontendSource.ts";
import { servePages } from "../stack/servePages.ts";
import { startBackend } from "../stack/startBackend.ts";
import { john } from "../tutorial/demoUsers.ts";
import { personAt } from "../tutorial/personAt.ts";
import { expect, test } from "./test.ts";

test("from the printed link to a finished integration, with what the page copies", async ({
  page,
  does,
  browser,
  installation,
}, { parallelIndex: workerIndex }) => {
  test.setTimeout(90_000);
  const backendPort = await claimPort(workerIndex);
  const pages = await servePages(await claimPort(workerIndex), frontendSource(`http://localhost:${backendPort}`));

  await does.claim();
  await does.saveRecoveryCodes();
  await does.createOrganization("Acme");
  await does.createProject("Webshop", pages.origin);
  const overview = page.url();
  const tenantId = await does.copy("Tenant ID");
  const env = await does.createKey();
  const { PASSKEYS_API_KEY: apiKey = "" } = env;
  expect(apiKey).toMatch(/^pgk_/);
  expect(env).toEqual({
    PASSKEYS_BASE_URL: installation.publicUrl,
    PASSKEYS_TENANT_ID: tenantId,
    PASSKEYS_API_KEY: apiKey,
  });
  expect(await does.copy("API URL")).toBe(`${installation.publicUrl}/${tenantId}`);
  const jwks = (await (await fetch(await does.copy("JWKS URL"))).json()) as { keys: unknown[] };
  expect(jwks.keys).toHaveLength(1);
  const progress = page.getByRole("region", { name: "Integrate in five steps" });
  await expect(progress).toContainText("1 of 5 seen by the server");

  const backend = await startBackend({
    kind: "hono",
    port: backendPort,
    frontendOrigin: pages.origin,
    passgateUrl: installation.publicUrl,
    tenant: { id: tenantId, apiKey },
  });
  const visitor = await browser.newContext({ baseURL: pages.origin });
  const app = await visitor.newPage();
  await addAuthenticator(app);
  const person = personAt(app);

  await person.logIn(john);
  await person.register();
  await expect(progress).toContainText("3 of 5 seen by the server");
  // The log is open while it happens.
  await does.openPage("Audit log");
  await expect(page.getByText("Shows what happens as it happens")).toBeVisible();
  await person.logOut();
  await person.signIn(john);
  await expect(page.getByRole("row").filter({ hasText: "Signed in" }).first()).toBeVisible();

  await page.goto(overview);
  await expect(progress).toContainText("All five were seen");

  await does.openPage("Insights");
  await expect(page.getByRole("region", { name: "Per day" })).toContainText("1 sign-in, 1 registration in all");
  await does.openPage("Users");
  await page.getByRole("link", { name: john.email }).click();
  await expect(page.getByRole("heading", { level: 1, name: john.email })).toBeVisible();
  await expect(page.getByRole("region", { name: "Timeline" })).toContainText("Passkey registered");

  await visitor.close();
  await backend.stop();
  await pages.close();
});

test("a passkey is registered and used on the spot, with the JSON of each step", async ({ page, does }) => {
  await does.startProject();
  const tryIt = page.getByRole("region", { name: "Try it here" });
  await tryIt.getByRole("button", { name: "Register a passkey" }).click();
  await expect(tryIt.getByRole("heading", { name: "3. Passgate answers a token" })).toBeVisible();
  await tryIt.getByRole("button", { name: "Sign in with it" }).click();
  await expect(tryIt.getByRole("heading", { name: "2. The device signs" })).toBeVisible();
  await expect(tryIt.getByRole("region", { name: "3. Passgate answers a token" })).toContainText('"purpose": "login"');
});
