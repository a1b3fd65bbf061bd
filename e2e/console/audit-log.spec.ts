import { expect, test } from "./test.ts";

test("a filter that finds nothing among the newest rows looks further back, and says so", async ({ page, does }) => {
  await does.startProject();
  await does.openPage("Audit log");
  await expect(page.getByRole("heading", { name: "Nothing has happened yet" })).toBeVisible();
  // The server looks at thousands of rows at once; here it is as if there were as many, and none that matches.
  let asked = 0;
  await page.route("**/audit-log?*", async (route) => {
    asked += 1;
    await route.fulfill({ json: { rows: [], next: `place ${asked}` } });
  });
  await page.getByLabel("User ID").fill("nobody");
  await expect(page.getByRole("heading", { name: "Nothing found so far" })).toBeVisible();
  expect(asked).toBe(5);
  await page.unroute("**/audit-log?*");
  await page.route("**/audit-log?*", (route) => route.fulfill({ json: { rows: [ROW] } }));
  await page.getByRole("button", { name: "Look further back" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Signed in" })).toHaveCount(1);
});

const ROW = {
  id: "7b1b7a2c-0000-4000-8000-000000000001",
  type: "webauthn_authentication_final_succeeded",
  meta_http_request_id: "7b1b7a2c-0000-4000-8000-000000000002",
  meta_source_ip: "192.0.2.7",
  meta_user_agent: "",
  actor_user_id: "nobody",
  created_at: "2026-11-26T00:00:00Z",
  updated_at: "2026-11-26T00:00:00Z",
};
