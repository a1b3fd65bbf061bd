import { addAuthenticator } from "../browser/addAuthenticator.ts";
import { expect, test } from "./test.ts";

test("the printed link makes its holder the first operator, once", async ({
  page,
  does,
  installation,
  newPerson,
  expectedStatuses,
}) => {
  await does.claim();
  expect(new URL(page.url()).hash).toBe("");

  const other = await newPerson();
  expectedStatuses.add(404);
  await other.page.goto(installation.claimLink);
  await expect(other.page.getByRole("heading", { name: "This link doesn’t work" })).toBeVisible();
});

test("an unclaimed console says how to claim it", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL("/console/sign-in");
  await expect(page.getByRole("heading", { name: "This console isn’t claimed yet" })).toBeVisible();
  await expect(page.getByText("passgate console claim")).toBeVisible();
});

test("a link that is copied incompletely says so", async ({ page }) => {
  await page.goto("/console/link");
  await expect(page.getByRole("heading", { name: "This link is incomplete" })).toBeVisible();
});

test("a tab that is older than the server says so, and reloading mends it", async ({
  page,
  does,
  expectedStatuses,
}) => {
  await does.startProject();
  expectedStatuses.add(404);
  await page.route("**/assets/InsightsPage-*.js", (route) => route.fulfill({ status: 404 }));
  await page.getByRole("link", { name: "Insights" }).click();
  await expect(page.getByRole("heading", { name: "This page didn’t load" })).toBeVisible();
  await page.unroute("**/assets/InsightsPage-*.js");
  await page.getByRole("button", { name: "Reload the page" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Insights" })).toBeVisible();
});

test("a passkey that the field suggests signs in, and leads to the page that was asked for", async ({
  page,
  does,
  authenticator,
}) => {
  await does.claim();
  await does.saveRecoveryCodes();
  await expect(page.getByRole("heading", { name: "New organization" })).toBeVisible();
  await authenticator.setPresence("never");
  await does.signOut();
  await page.goto("/console/account");
  await expect(page).toHaveURL("/console/sign-in?return=%2Faccount");
  await authenticator.setPresence("at once");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
});

test("the button signs in where nothing is suggested", async ({ page, does }) => {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
  await does.claim();
  await does.skipSafety();
  await does.signOut();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("heading", { name: "New organization" })).toBeVisible();
});

test("passkeys are added, renamed and removed, but never the last without recovery codes", async ({
  page,
  does,
  authenticator,
  expectedStatuses,
}) => {
  await does.claim();
  await authenticator.unplug();
  await addAuthenticator(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByText("Added", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Continue" }).click();

  await page.goto("/console/account");
  const rows = page.getByRole("region", { name: "Passkeys" }).getByRole("row");
  await expect(rows).toHaveCount(3);
  await rows
    .nth(1)
    .getByRole("button", { name: /^Rename/ })
    .click();
  await page.getByLabel("Name", { exact: true }).last().fill("Laptop");
  await page.getByRole("button", { name: "Rename", exact: true }).last().click();
  await expect(rows.filter({ hasText: "Laptop" })).toHaveCount(1);

  // The one that is left is the one that this browser has, so that it could still sign in.
  await rows
    .filter({ hasNotText: "Laptop" })
    .getByRole("button", { name: /^Remove/ })
    .click();
  await page.getByRole("button", { name: "Remove passkey" }).click();
  await expect(rows).toHaveCount(2);

  expectedStatuses.add(409);
  await rows
    .filter({ hasText: "Laptop" })
    .getByRole("button", { name: /^Remove/ })
    .click();
  await page.getByRole("button", { name: "Remove passkey" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This is your last passkey" })).toBeVisible();
});

test("sessions are listed, and the others end at a press", async ({
  page,
  does,
  browser,
  installation,
  authenticator,
}) => {
  await does.claim();
  await does.skipSafety();
  const [credential] = await authenticator.credentials();
  const elsewhere = await browser.newContext({ baseURL: installation.consoleUrl });
  const other = await elsewhere.newPage();
  await other.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
  // Their phone: another browser with the same passkey.
  await addAuthenticator(other, "platform", credential);
  await other.goto("/console/sign-in");
  await other.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(other.getByRole("heading", { name: "New organization" })).toBeVisible();

  await page.goto("/console/account");
  const sessions = page.getByRole("region", { name: "Sessions" });
  await expect(sessions.getByRole("row")).toHaveCount(3);
  await sessions.getByRole("button", { name: "End all others" }).click();
  await expect(sessions.getByRole("row")).toHaveCount(2);

  await other.goto("/console/account");
  await expect(other).toHaveURL(/\/console\/sign-in/);
  await elsewhere.close();
});
