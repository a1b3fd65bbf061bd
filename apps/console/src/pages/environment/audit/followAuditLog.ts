import type { AuditLog } from "../../../api/types";

interface Follower {
  readonly onRow: (row: AuditLog) => void;
  readonly onState: (state: "live" | "broken") => void;
}

/** Follows the audit log as it grows. The browser reconnects by itself, and goes on where it was. Returns how to stop. */
export function followAuditLog(url: string, follower: Follower): () => void {
  const source = new EventSource(url);
  source.addEventListener("open", () => follower.onState("live"));
  source.addEventListener("error", () => follower.onState("broken"));
  source.addEventListener("row", (event) => follower.onRow(JSON.parse(event.data as string) as AuditLog));
  return () => source.close();
}
