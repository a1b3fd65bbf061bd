import { test as base } from "@playwright/test";
import { addAuthenticator, type Authenticator } from "../browser/addAuthenticator.ts";
import { claimPort } from "../stack/claimPort.ts";
import { paths } from "../stack/paths.ts";
import { folderSource, servePages, type Pages, type PageSource } from "../stack/servePages.ts";
import { startPassgate, type Passgate } from "../stack/startPassgate.ts";

interface WorkerFixtures {
  /** A page of the app's origin with nothing on it but the published packages to import. */
  readonly pages: Pages;
  readonly passgate: Passgate;
}

interface TestFixtures {
  /** The authenticator in `page`, which is open on the app's origin. */
  readonly authenticator: Authenticator;
}

/** A test of the published packages: a Passgate, and a browser that has an authenticator. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  pages: [
    async ({}, use, { parallelIndex }) => {
      const pages = await servePages(await claimPort(parallelIndex), source);
      await use(pages);
      await pages.close();
    },
    { scope: "worker" },
  ],
  passgate: [
    async ({ pages }, use, { parallelIndex }) => {
      const passgate = await startPassgate({ workerIndex: parallelIndex, appUrl: pages.origin });
      await use(passgate);
      await passgate.dispose();
    },
    { scope: "worker" },
  ],
  authenticator: [
    async ({ page, pages }, use) => {
      await page.goto(pages.origin);
      await use(await addAuthenticator(page));
    },
    { auto: true },
  ],
});

export { expect } from "@playwright/test";

// The packages as their authors published them; a browser needs no bundler for them, only to be told where they are.
const IMPORTS = {
  // How one of them imports its own index file: a bundler knows what is meant.
  ".": "/modules/@teamhanko/passkeys-next-auth-provider/index.js",
  "@github/webauthn-json": "/modules/@github/webauthn-json/dist/esm/webauthn-json.js",
  "@teamhanko/passkeys-next-auth-provider/client": "/modules/@teamhanko/passkeys-next-auth-provider/client.js",
  "@teamhanko/passkeys-sdk": "/modules/@teamhanko/passkeys-sdk/dist/src/index.js",
  jose: "/modules/jose/dist/browser/index.js",
  "next-auth/react": "/next-auth-react.js",
  "openapi-fetch": "/modules/openapi-fetch/dist/index.js",
};

const BLANK_PAGE = `<!doctype html>
<html lang="en">
  <title>Blank</title>
  <link rel="icon" href="data:," />
  <script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
</html>`;

// Stands for NextAuth, which takes the token from here to the provider's `authorize` on the server.
const NEXT_AUTH = `export async function signIn(provider, options) {
  window.signedIn = { provider, token: options.finalizeJWT };
}`;

const modules = folderSource(paths.nodeModules);

const source: PageSource = async (path) => {
  if (path === "/") return { type: "text/html", body: BLANK_PAGE };
  if (path === "/next-auth-react.js") return { type: "text/javascript", body: NEXT_AUTH };
  if (!path.startsWith("/modules/")) return undefined;
  return modules(path.slice("/modules".length));
};
