import type { Page } from "@playwright/test";

/** Runs the browser's own `get()` in a page and returns the assertion as JSON. */
export function getInPage(page: Page, options: unknown): Promise<unknown> {
  return page.evaluate(
    async (json) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
      const credential = await navigator.credentials.get({ publicKey });
      return (credential as PublicKeyCredential).toJSON() as unknown;
    },
    (options as { readonly publicKey: unknown }).publicKey as PublicKeyCredentialRequestOptionsJSON,
  );
}
