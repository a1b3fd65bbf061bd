import type { Passgate } from "../stack/startPassgate.ts";

export interface Signals {
  readonly all_accepted_credentials: readonly {
    readonly rpId: string;
    readonly userId: string;
    readonly allAcceptedCredentialIds: readonly string[];
  }[];
  readonly current_user_details: readonly {
    readonly rpId: string;
    readonly userId: string;
    readonly name: string;
    readonly displayName: string;
  }[];
}

/** What the browser is to be told of a user, as the app's backend asks for it; the published SDK has no method for it. */
export async function signalsOf({ publicUrl, tenant }: Passgate, userId: string): Promise<Signals> {
  const response = await fetch(`${publicUrl}/${tenant.id}/users/${encodeURIComponent(userId)}/signals`, {
    headers: { apiKey: tenant.apiKey },
  });
  if (!response.ok) throw new Error(`signals: ${String(response.status)} ${await response.text()}`);
  return (await response.json()) as Signals;
}
