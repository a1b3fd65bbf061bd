export type CeremonyStep =
  { readonly kind: "start" } | { readonly kind: "finish"; readonly credential: object } | { readonly kind: "neither" };

/**
 * Which of a ceremony's two steps a body asks for. The credential is in the named member; only that it's an
 * object is checked here, for Passgate checks all of it.
 */
export function readStep(members: Readonly<Record<string, unknown>>, credentialMember: string): CeremonyStep {
  const { start, finish } = members;
  if (start === true && finish !== true) return { kind: "start" };
  const credential = members[credentialMember];
  if (finish === true && start !== true && typeof credential === "object" && credential !== null) {
    return { kind: "finish", credential };
  }
  return { kind: "neither" };
}
