import type { TenantConfig } from "../../../api/types";

/** Whether the form can show a configuration: what it looks into is there, and of the right kind. */
export function hasForm(value: unknown): value is TenantConfig {
  if (!isObject(value) || !isObject(value.cors) || !isObject(value.webauthn)) return false;
  const { webauthn, cors, mfa, audit_log, rate_limit: limit } = value;
  const party = webauthn.relying_party;
  const trust = webauthn.attestation_trust;
  return (
    isObject(party) &&
    typeof party.id === "string" &&
    typeof party.display_name === "string" &&
    isTexts(party.origins) &&
    typeof webauthn.timeout === "number" &&
    isTexts(cors.allowed_origins) &&
    isObjectOrNone(mfa) &&
    (!isObject(mfa) || typeof mfa.timeout === "number") &&
    isObjectOrNone(audit_log) &&
    (!isObject(audit_log) || typeof audit_log.retention_days === "number") &&
    isObjectOrNone(limit) &&
    (!isObject(limit) || (typeof limit.requests_per_minute === "number" && typeof limit.burst === "number")) &&
    isObjectOrNone(trust) &&
    (!isObject(trust) ||
      [trust.trust_anchors, trust.aaguid_allow, trust.aaguid_deny].every((list) => list == null || isTexts(list)))
  );
}

type Members = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isObjectOrNone(value: unknown): boolean {
  return value === undefined || value === null || isObject(value);
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
