import type { Passgate } from "../stack/startPassgate.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Transactions {
  /** `data` is JSON text, sent as it is. */
  readonly initialize: (userId: string, transactionId: string, data: string) => Promise<Answer>;
  readonly finalize: (credential: unknown) => Promise<Answer>;
  readonly list: (userId: string) => Promise<Answer>;
}

/** The transaction endpoints over plain HTTP, as a backend calls them: the published SDK has no method for them. */
export function transactionsOf({ publicUrl, tenant: { id, apiKey } }: Passgate): Transactions {
  const call = async (method: "GET" | "POST", path: string, body?: string): Promise<Answer> => {
    const init: RequestInit = { method, headers: { apiKey, "Content-Type": "application/json" } };
    if (body !== undefined) init.body = body;
    const response = await fetch(`${publicUrl}/${id}/transaction/${path}`, init);
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return {
    initialize: (userId, transactionId, data) => {
      const names = `"user_id": ${JSON.stringify(userId)}, "transaction_id": ${JSON.stringify(transactionId)}`;
      return call("POST", "initialize", `{${names}, "transaction_data": ${data}}`);
    },
    finalize: (credential) => call("POST", "finalize", JSON.stringify(credential)),
    list: (userId) => call("GET", encodeURIComponent(userId)),
  };
}
