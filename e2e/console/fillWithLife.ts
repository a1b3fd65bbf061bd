import type { Page } from "@playwright/test";

/**
 * Registers and uses a passkey as an app's backend and page would, for two users, and fails once: so that no page of the
 * environment is empty. The options are for the page's own origin, which an environment of localhost takes.
 */
export async function fillWithLife(page: Page, env: Readonly<Record<string, string>>): Promise<void> {
  const base = `${env.PASSKEYS_BASE_URL}/${env.PASSKEYS_TENANT_ID}`;
  const headers = { apiKey: env.PASSKEYS_API_KEY ?? "", "content-type": "application/json" };
  const post = async (path: string, body: unknown) => {
    const response = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
    return (await response.json()) as unknown;
  };
  await post("/registration/initialize", { user_id: "2", username: "sergio_mq@example.com" });
  await post("/registration/initialize", { user_id: "1", username: "john.doe@example.com", display_name: "John Doe" });
  await post("/login/finalize", {});
  const tryIt = page.getByRole("region", { name: "Try it here" });
  await tryIt.getByLabel("User name").fill("ab@g.com");
  await tryIt.getByRole("button", { name: "Register a passkey" }).click();
  await tryIt.getByRole("heading", { name: "3. Passgate answers a token" }).waitFor();
  await tryIt.getByRole("button", { name: "Sign in with it" }).click();
  await tryIt.getByText('"purpose": "login"').waitFor();
}
