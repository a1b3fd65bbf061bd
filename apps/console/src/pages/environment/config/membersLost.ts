/** The members, with dots between, that were sent with a value and aren't kept. */
export function membersLost(sent: unknown, kept: unknown, around = ""): readonly string[] {
  if (typeof sent !== "object" || sent === null || Array.isArray(sent)) return [];
  const inside = typeof kept === "object" && kept !== null ? (kept as Readonly<Record<string, unknown>>) : {};
  return Object.entries(sent).flatMap(([name, value]) => {
    const member = around === "" ? name : `${around}.${name}`;
    if (value === null || value === undefined) return [];
    return name in inside ? membersLost(value, inside[name], member) : [member];
  });
}
