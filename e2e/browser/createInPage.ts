import type { Page } from "@playwright/test";

/** Runs the browser's own `create()` in a page and returns the credential as JSON. */
export function createInPage(page: Page, options: unknown): Promise<unknown> {
  return page.evaluate(
    async (json) => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
      const credential = await navigator.credentials.create({ publicKey });
      return (credential as PublicKeyCredential).toJSON() as unknown;
    },
    (options as { readonly publicKey: unknown }).publicKey as PublicKeyCredentialCreationOptionsJSON,
  );
}
