/** What Passgate said to a call of the published SDK that it refused. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** Awaits a call that must be refused, and returns what Passgate said. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error as { readonly originalError?: Refusal },
  );
  if (error?.originalError === undefined) throw new Error("the call was not refused", { cause: error });
  const { status, code } = error.originalError;
  return { status, code };
}
