import type { CDPSession, Page } from "@playwright/test";

type Credential = Awaited<ReturnType<typeof credentialsOf>>[number];

export interface Misbehaviour {
  readonly isBogusSignature?: boolean;
  /** Reports the person as not verified, whatever the page asked for. */
  readonly isBadUV?: boolean;
}

/**
 * What a page has: the platform authenticator that is in a laptop or phone and verifies the person, or a security key
 * without a PIN, which only feels a touch.
 */
export type AuthenticatorKind = "platform" | "security key";

const HARDWARE = {
  platform: { transport: "internal", hasUserVerification: true, isUserVerified: true },
  "security key": { transport: "usb", hasUserVerification: false },
} as const;

/**
 * An authenticator that is always ready and always agrees, in one page. Where a page has several, a security key is
 * touched first, so plug it in only for what it can do.
 */
export interface Authenticator {
  readonly credentials: () => Promise<readonly Credential[]>;
  /** Takes a credential out and puts it back in as if it had been used this often. */
  readonly rewindCounter: (credential: Credential, signCount: number) => Promise<void>;
  readonly forget: (credential: Credential) => Promise<void>;
  readonly misbehave: (how: Misbehaviour) => Promise<void>;
  /** Takes it away, with all that it holds. */
  readonly unplug: () => Promise<void>;
  /** Whether the person agrees at once, also to what a field suggests, or lets every request wait. */
  readonly setPresence: (presence: "at once" | "never") => Promise<void>;
  /** Whether the person's finger, face or PIN is accepted. */
  readonly setUserVerified: (isUserVerified: boolean) => Promise<void>;
}

/** Plugs an authenticator in, with a credential that another one made where one is given: a synced passkey. */
export async function addAuthenticator(
  page: Page,
  kind: AuthenticatorKind = "platform",
  synced?: Credential,
): Promise<Authenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      hasResidentKey: true,
      automaticPresenceSimulation: true,
      ...HARDWARE[kind],
    },
  });
  if (synced) await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: synced });
  return {
    credentials: () => credentialsOf(cdp, authenticatorId),
    async rewindCounter(credential, signCount) {
      const { credentialId } = credential;
      await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId });
      await cdp.send("WebAuthn.addCredential", { authenticatorId, credential: { ...credential, signCount } });
    },
    async forget({ credentialId }) {
      await cdp.send("WebAuthn.removeCredential", { authenticatorId, credentialId });
    },
    async misbehave(how) {
      // An override that is left out falls back to false, so `{}` makes it behave again.
      await cdp.send("WebAuthn.setResponseOverrideBits", { authenticatorId, ...how });
    },
    async unplug() {
      await cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    },
    async setPresence(presence) {
      await cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: presence === "at once" });
    },
    async setUserVerified(isUserVerified) {
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
    },
  };
}

async function credentialsOf(cdp: CDPSession, authenticatorId: string) {
  const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
  return credentials;
}
