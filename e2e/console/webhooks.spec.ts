import { claimPort } from "../stack/claimPort.ts";
import { startReceiver } from "../stack/startReceiver.ts";
import { fillWithLife } from "./fillWithLife.ts";
import { expect, test } from "./test.ts";

// The receiver is on this machine.
test.use({ settings: { PASSGATE_WEBHOOK_NETWORKS: "127.0.0.0/8,::1/128", PASSGATE_WEBHOOK_PLAIN_HTTP: "on" } });

test("a webhook is added, told, changed, told again by hand, and deleted", async ({ page, does }, {
  parallelIndex,
}) => {
  const receiver = await startReceiver(await claimPort(parallelIndex));
  await does.startProject();
  const overview = page.url();
  const env = await does.createKey();

  await does.openPage("Webhooks");
  await page.getByRole("button", { name: "Add webhook" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("URL").fill(receiver.url);
  await dialog.getByLabel("Description").fill("Mails");
  await dialog.getByLabel("A passkey was registered").check();
  await dialog.getByRole("button", { name: "Add webhook" }).click();
  const secret = (await dialog.locator(".secret code").textContent()) ?? "";
  await page.getByRole("button", { name: "I have saved it" }).click();

  // It fails at first.
  receiver.answer(500);
  await page.goto(overview);
  await fillWithLife(page, env);
  await does.openPage("Webhooks");
  await page.getByRole("link", { name: receiver.url }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Mails" })).toBeVisible();
  const deliveries = page.getByRole("region", { name: "Deliveries" }).getByRole("row");
  await expect(deliveries).toHaveCount(2);
  await expect(deliveries.nth(1)).toContainText("credential.created");
  await expect(deliveries.nth(1)).toContainText("Answered 500");
  await expect(deliveries.nth(1)).toContainText("Next attempt");

  receiver.answer(204);
  await deliveries.nth(1).getByRole("button", { name: "Send again" }).click();
  await expect(deliveries.nth(1)).toContainText("Delivered");
  const [first, last] = [receiver.messages.at(0), receiver.messages.at(-1)];
  expect(last?.id).toBe(first?.id);
  expect(last?.isSignedWith(secret)).toBe(true);
  expect(last?.body).toMatchObject({ type: "credential.created", data: { tenant_id: env.PASSKEYS_TENANT_ID } });
  await page.getByRole("button", { name: "Body of credential.created" }).click();
  await expect(page.getByRole("region", { name: "Body" })).toContainText(String(last?.body.data.credential_id));
  await expect(page.getByRole("dialog")).toContainText(String(last?.id));
  await page.keyboard.press("Escape");

  // Of a sign-in, from now on; with another secret beside the old.
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await dialog.getByLabel("A passkey was renamed").check();
  await dialog.getByLabel("Description").fill("Mails and more");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Mails and more" })).toBeVisible();
  await expect(page.getByText("A passkey was registered; A passkey was renamed")).toBeVisible();
  await page.getByRole("button", { name: "Replace secret" }).click();
  await dialog.getByRole("button", { name: "Replace secret" }).click();
  await expect(page.getByRole("dialog", { name: "The new secret" })).toBeVisible();
  const replaced = (await dialog.locator(".secret code").textContent()) ?? "";
  await page.getByRole("button", { name: "I have saved it" }).click();
  const webhook = page.url();
  await does.openPage("Users");
  await page.getByRole("link", { name: "ab@g.com" }).click();
  await page
    .getByRole("button", { name: /^Rename/ })
    .first()
    .click();
  await dialog.getByLabel("Name", { exact: true }).fill("Phone");
  await dialog.getByRole("button", { name: "Rename", exact: true }).click();
  await page.goto(webhook);
  await expect(deliveries.filter({ hasText: "credential.renamed" })).toContainText("Delivered");
  const renamed = receiver.messages.at(-1);
  expect(renamed?.body.data.name).toBe("Phone");
  expect([secret, replaced].map((one) => renamed?.isSignedWith(one))).toEqual([true, true]);

  await page.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText("Disabled", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await dialog.getByRole("button", { name: "Delete webhook" }).click();
  await expect(page.getByRole("heading", { name: "No webhook yet" })).toBeVisible();
  await receiver.stop();
});

test("an address that webhooks may not go to is refused where it was typed", async ({
  page,
  does,
  expectedStatuses,
}) => {
  expectedStatuses.add(400);
  await does.startProject();
  await does.openPage("Webhooks");
  await page.getByRole("button", { name: "Add webhook" }).first().click();
  await page.getByLabel("URL").fill("https://192.168.0.1/hooks");
  await page.getByRole("dialog").getByRole("button", { name: "Add webhook" }).click();
  await expect(page.getByLabel("URL")).toHaveAccessibleDescription(/^Webhooks go to public addresses only/);
});
