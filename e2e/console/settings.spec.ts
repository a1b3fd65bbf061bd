import { expect, test } from "./test.ts";

test("a key is rolled with overlap: both work for as long as was chosen, and an expired one no more", async ({
  page,
  does,
  installation,
}) => {
  await does.startProject();
  const env = await does.createKey();
  await does.openPage("API keys");
  const row = (name: string) => page.getByRole("row").filter({ has: page.getByRole("cell", { name, exact: true }) });
  const secret = async () => (await page.getByRole("dialog").locator(".secret code").textContent()) ?? "";
  const asks = async (apiKey: string) =>
    (await fetch(`${installation.publicUrl}/${env.PASSKEYS_TENANT_ID}/credentials`, { headers: { apiKey } })).status;
  const first = env.PASSKEYS_API_KEY ?? "";
  await expect(row("Backend")).toContainText("Never");

  await page.getByRole("button", { name: "Roll Backend", exact: true }).click();
  await page.getByLabel("Expires").selectOption("In 90 days");
  await page.getByRole("button", { name: "Roll key" }).click();
  const second = await secret();
  await page.getByRole("button", { name: "I have saved it" }).click();
  await expect(row("Backend")).toContainText(/tomorrow|in 23 hours/);
  await expect(row("Backend (2)")).toContainText(/in 89 days|\d{4}/);
  expect([await asks(first), await asks(second)]).toEqual([200, 200]);

  await page.getByRole("button", { name: "Roll Backend (2)" }).click();
  await page.getByLabel("The old key goes on for").selectOption("Not at all: it stops now");
  await page.getByRole("button", { name: "Roll key" }).click();
  const third = await secret();
  await page.getByRole("button", { name: "I have saved it" }).click();
  await expect(row("Backend (2)")).toContainText("Expired");
  expect([await asks(first), await asks(second), await asks(third)]).toEqual([200, 401, 200]);

  await page.getByRole("button", { name: "Revoke Backend", exact: true }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(row("Backend")).toHaveCount(0);
  await page.getByRole("button", { name: "Delete Backend (2)" }).click();
  await page.getByRole("button", { name: "Delete key" }).click();
  await expect(page.getByRole("row")).toHaveCount(2);
  expect([await asks(first), await asks(third)]).toEqual([401, 200]);
});

test("a key’s expiry is chosen when it is created, and can’t be in the past", async ({
  page,
  does,
  expectedStatuses,
}) => {
  await does.startProject();
  await does.openPage("API keys");
  await page.getByRole("button", { name: "Create API key" }).first().click();
  await page.getByLabel("Expires", { exact: true }).selectOption("At a time of your choice");
  await page.getByLabel("Expires at").fill("2020-01-01T12:00");
  expectedStatuses.add(400);
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByLabel("Expires at")).toHaveAccessibleDescription(/future/);
  const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 16);
  await page.getByLabel("Expires at").fill(inAWeek);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("button", { name: "I have saved it" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText(/in [67] days/);
});

test("what follows from a URL is explained while it is typed", async ({ page, does }) => {
  await does.claim();
  await does.skipSafety();
  await does.createOrganization("Acme");
  await page.getByRole("textbox", { name: "App URL" }).fill("http://localhost:5173");
  await expect(page.locator(".derived")).toContainText("Passkeys are bound tolocalhost");
  await page.getByRole("textbox", { name: "App URL" }).fill("https://app.example.com/login");
  await expect(page.locator(".derived")).toContainText("app.example.com");
  await page.getByRole("textbox", { name: "App URL" }).fill("http://192.0.2.7:5173");
  await expect(page.getByRole("textbox", { name: "App URL" })).toHaveAttribute("aria-invalid", "true");
});

test("production gets its own URL, and a change of its domain has to be typed", async ({ page, does }) => {
  await does.startProject();
  await page.getByRole("button", { name: "Environment Development" }).click();
  await page.getByRole("menuitem", { name: "Production" }).click();
  await page.getByRole("textbox", { name: "App URL" }).fill("https://app.example.com");
  await page.getByRole("button", { name: "Set up production" }).click();
  await expect(page.getByRole("heading", { name: "Connect your backend" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Environment" })).toContainText("Production");

  await does.openPage("Domain");
  await page.getByRole("textbox", { name: "App URL" }).fill("https://app.example.org");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const confirm = page.getByRole("button", { name: "Change the domain" });
  await expect(confirm).toHaveAttribute("aria-disabled", "true");
  await page.getByLabel(/^Type/).fill("example.org");
  await confirm.click();
  await expect(page.getByText("Bound to example.org", { exact: true })).toBeVisible();
});

test("a setting is changed in the form or as JSON, each shows the other, and it is promoted", async ({
  page,
  does,
}) => {
  await does.startProject();
  await does.openPage("Policy");
  const json = page.getByRole("textbox", { name: "Configuration as JSON" });
  const days = page.getByLabel("Days that rows are kept");
  await days.fill("30");
  await expect(json).toHaveValue(/"retention_days": 30\b/);
  await json.fill((await json.inputValue()).replace('"retention_days": 30', '"retention_days": 31'));
  await expect(days).toHaveValue("31");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Saved. It holds within a second.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Changes" })).toHaveCount(0);

  await page.getByRole("button", { name: "Environment Development" }).click();
  await page.getByRole("menuitem", { name: "Production" }).click();
  await does.openPage("Promote");
  await page.getByLabel("audit_log.retention_days").check();
  await page.getByRole("button", { name: "Take over from Development" }).click();
  await expect(page.getByText("Taken over from Development")).toBeVisible();
  await does.openPage("Policy");
  await expect(days).toHaveValue("31");
});

test("changes that aren’t saved aren’t left behind unasked", async ({ page, does }) => {
  await does.startProject();
  await does.openPage("Policy");
  const days = page.getByLabel("Days that rows are kept");
  await days.fill("30");
  const users = page.getByRole("navigation", { name: "Environment" }).getByRole("link", { name: "Users" });
  await users.click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Stay" }).click();
  await expect(days).toHaveValue("30");
  await users.click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
  await does.openPage("Policy");
  await expect(days).toHaveValue("400");
  // Nothing is asked where nothing was changed, or it was saved.
  await days.fill("31");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Saved. It holds within a second.")).toBeVisible();
  await does.openPage("Users");
});

test("what is wrong with the JSON is said at its line, and in the form", async ({ page, does, expectedStatuses }) => {
  await does.startProject();
  await does.openPage("Policy");
  const json = page.getByRole("textbox", { name: "Configuration as JSON" });
  const saved = await json.inputValue();
  const said = page.getByRole("complementary", { name: "As JSON" }).getByRole("status");
  const save = page.getByRole("button", { name: "Save changes" });

  await json.fill(saved.replace('"cors": {', '"cors": '));
  await expect(said).toHaveText(/^Line \d+: Expected/);
  await expect(save).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByText("The form can’t show what the JSON says")).toBeVisible();

  expectedStatuses.add(400);
  await json.fill(saved.replace('"user_verification": "required"', '"user_verification": "often"'));
  await save.click();
  await expect(said).toHaveText(/^Line \d+, webauthn\.user_verification: Unknown variant `often`, expected one of/);
  await page.getByRole("button", { name: /^Line/ }).click();
  await expect(json).toBeFocused();
  await expect.poll(() => page.evaluate(() => getSelection()?.toString())).toBe('"often"');

  await json.fill(saved);
  await expect(said).toBeEmpty();
  await page.getByLabel("Days that rows are kept").fill("0");
  await save.click();
  await expect(said).toHaveText(/^Line \d+, audit_log\.retention_days: retention_days must be 1 to 3650\.$/);
  await expect(page.getByLabel("Days that rows are kept")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Days that rows are kept")).toBeFocused();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(json).toHaveValue(saved);

  await does.openPage("Domain");
  await page.getByLabel("Origins that may use passkeys").fill("http://localhost:5173\n\nhttp://localhost:3000\n");
  await expect(json).toHaveValue(/"http:\/\/localhost:5173",\s+"http:\/\/localhost:3000"\s+\]/);
  await json.fill((await json.inputValue()).replace('"timeout"', '"colour": "green",\n    "timeout"'));
  await save.click();
  await expect(page.getByText("Left out, because the server doesn’t know it: webauthn.colour")).toBeVisible();
});

test.describe("related origins", () => {
  // Whatever the name server says of example.com, nobody is asked.
  test.use({ settings: { PASSGATE_WEBHOOK_FORBIDDEN_NETWORKS: "0.0.0.0/0,::/0" } });

  test("the file for related origins is shown, and what is served is checked", async ({
    page,
    does,
    expectedStatuses,
  }) => {
    await does.startProject();
    await page.getByRole("button", { name: "Environment Development" }).click();
    await page.getByRole("menuitem", { name: "Production" }).click();
    await page.getByRole("textbox", { name: "App URL" }).fill("https://app.example.com");
    await page.getByRole("button", { name: "Set up production" }).click();
    await expect(page.getByRole("heading", { name: "Connect your backend" })).toBeVisible();
    await does.openPage("Domain");
    const related = page.getByRole("region", { name: "Related origins", exact: true });
    await expect(related).toContainText("Not needed");
    expectedStatuses.add(409);
    const origins = page.getByLabel("Origins that may use passkeys");
    await origins.fill("https://app.example.com\nhttp://shop.example.org");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(related.getByRole("alert")).toContainText("http://shop.example.org");
    await origins.fill("https://app.example.com\nhttps://shop.example.org");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(related.getByRole("region", { name: "File for related origins" })).toContainText(
      '"https://shop.example.org"',
    );

    await related.getByRole("button", { name: "Check what is served" }).click();
    await expect(related.getByRole("status")).toContainText(/Answer\s*None/);
    await expect(related.getByRole("status").locator(".notice.wrong")).toHaveCount(1);
    await related.getByText("Check a file that isn’t served yet").click();
    await related.getByLabel("The file").fill('{"origins": ["https://shop.example.org"]}');
    await expect(related.getByText("It has the right form")).toBeVisible();
  });
});

test("an environment may limit each address further", async ({ page, does, installation, expectedStatuses }) => {
  await does.startProject();
  const tenantId = await does.copy("Tenant ID");
  await does.openPage("Policy");
  await page.getByLabel("A limit of this environment’s own").check();
  await page.getByLabel("Requests a minute").fill("1");
  await page.getByLabel("At once").fill("0");
  expectedStatuses.add(400);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByLabel("At once")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("At once").fill("2");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Saved. It holds within a second.")).toBeVisible();

  const url = `${installation.publicUrl}/${tenantId}/login/initialize`;
  const ask = async () => (await fetch(url, { method: "POST", body: "{}" })).status;
  expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
  await page.getByLabel("A limit of this environment’s own").uncheck();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("region", { name: "Changes" })).toHaveCount(0);
  expect(await ask()).toBe(200);
});

test("signing keys are rotated, and webhooks added", async ({ page, does }) => {
  await does.startProject();
  await does.openPage("Signing keys");
  await page.getByRole("button", { name: "Rotate" }).click();
  await page.getByRole("button", { name: "Make a new key" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Published" })).toHaveCount(1);

  await does.openPage("Webhooks");
  await page.getByRole("button", { name: "Add webhook" }).first().click();
  await page.getByLabel("URL").fill("https://example.com/passgate");
  await page.getByLabel("Description").fill("Mails");
  await page.getByRole("dialog").getByRole("button", { name: "Add webhook" }).click();
  await expect(page.getByRole("dialog")).toContainText("whsec_");
  await page.getByRole("button", { name: "I have saved it" }).click();
  await page.getByRole("link", { name: "https://example.com/passgate" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Mails" })).toBeVisible();
});

test("a project is deleted once its name was typed", async ({ page, does }) => {
  await does.startProject();
  await page.getByRole("button", { name: "Project Webshop" }).click();
  await page.getByRole("menuitem", { name: "Project settings" }).click();
  await page.getByRole("button", { name: "Delete project" }).click();
  await page.getByLabel(/^Type/).fill("Webshop");
  await page.getByRole("dialog").getByRole("button", { name: "Delete project" }).click();
  await expect(page.getByRole("heading", { name: "No project yet" })).toBeVisible();
});
