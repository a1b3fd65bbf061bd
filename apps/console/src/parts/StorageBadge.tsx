import type { CredentialStorage } from "../api/types";
import { Badge } from "./Badge";

const WORDS: Record<CredentialStorage, readonly [string, string]> = {
  synced: ["Synced", "In a password manager that keeps it on several devices"],
  syncable: ["Not synced yet", "Could be synced between devices, and isn’t so far"],
  device_bound: ["One device", "On one device or security key; lost with it"],
};

/** Where a passkey is kept. */
export function StorageBadge(props: { readonly storage: CredentialStorage }) {
  return (
    <span title={WORDS[props.storage][1]}>
      <Badge>{WORDS[props.storage][0]}</Badge>
    </span>
  );
}
