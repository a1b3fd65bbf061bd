import { tenant } from "hanko-sdk-0.2.1";
import type { Page } from "@playwright/test";
import { createInPage } from "../browser/createInPage.ts";
import { getInPage } from "../browser/getInPage.ts";
import { configOf } from "./configOf.ts";
import { signalsOf, type Signals } from "./signalsOf.ts";
import { expect, test } from "./test.ts";

type Sdk = ReturnType<typeof tenant>;
type Attestation = Parameters<Sdk["registration"]["finalize"]>[0];

/** The Signal API (WebAuthn Level 3, §5.1.10), which TypeScript's library does not know yet. */
interface SignalApi {
  signalAllAcceptedCredentials(options: Signals["all_accepted_credentials"][number]): Promise<void>;
  signalCurrentUserDetails(options: Signals["current_user_details"][number]): Promise<void>;
  signalUnknownCredential(options: { rpId: string; credentialId: string }): Promise<void>;
}

/** What the README tells a page to do with the signals. */
function tellTheBrowser(page: Page, signals: Signals): Promise<void> {
  return page.evaluate(async (told) => {
    const api = PublicKeyCredential as unknown as SignalApi;
    for (const accepted of told.all_accepted_credentials) await api.signalAllAcceptedCredentials(accepted);
    for (const details of told.current_user_details) await api.signalCurrentUserDetails(details);
  }, signals);
}

async function register(page: Page, sdk: Sdk, userId: string, username: string): Promise<string> {
  const options = await sdk.registration.initialize({ userId, username });
  const credential = (await createInPage(page, options)) as Attestation;
  await sdk.registration.finalize(credential);
  return credential.id;
}

test("a passkey that is accepted stays, under the user's new name", async ({ page, passgate, authenticator }) => {
  const sdk = tenant(configOf(passgate));
  await register(page, sdk, "renamed", "old@example.com");
  // Whatever begins a registration tells the user's current name.
  await sdk.registration.initialize({ userId: "renamed", username: "new@example.com", displayName: "New" });
  await tellTheBrowser(page, await signalsOf(passgate, "renamed"));
  expect(await authenticator.credentials()).toMatchObject([{ userName: "new@example.com", userDisplayName: "New" }]);
});

test("a passkey that was deleted here leaves the device, and no other user's does", async ({
  page,
  passgate,
  authenticator,
}) => {
  const sdk = tenant(configOf(passgate));
  const deleted = await register(page, sdk, "cleaned up", "a@example.com");
  await register(page, sdk, "left alone", "b@example.com");
  await sdk.credential(deleted).remove();
  expect(await authenticator.credentials()).toHaveLength(2);
  await tellTheBrowser(page, await signalsOf(passgate, "cleaned up"));
  expect(await authenticator.credentials()).toMatchObject([{ userName: "b@example.com" }]);
});

test("a refused login says what the browser takes to forget the passkey", async ({ page, passgate, authenticator }) => {
  const sdk = tenant(configOf(passgate));
  const id = await register(page, sdk, "forgotten", "c@example.com");
  await sdk.credential(id).remove();
  const { publicUrl, tenant: own } = passgate;
  const assertion = await getInPage(page, await sdk.login.initialize());
  const response = await fetch(`${publicUrl}/${own.id}/login/finalize`, {
    method: "POST",
    body: JSON.stringify(assertion),
  });
  const refused = (await response.json()) as { code: string; signal: { rpId: string; credentialId: string } };
  expect(refused).toMatchObject({ code: "credential_revoked", signal: { rpId: "localhost", credentialId: id } });
  await page.evaluate(
    (signal) => (PublicKeyCredential as unknown as SignalApi).signalUnknownCredential(signal),
    refused.signal,
  );
  expect(await authenticator.credentials()).toEqual([]);
});
