import { Show } from "solid-js";
import type { TenantConfig } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { Field } from "../../../parts/Field";
import { Notice } from "../../../parts/Notice";
import { SelectField } from "../../../parts/SelectField";
import { ConfigForm } from "../config/ConfigForm";
import { createConfig } from "../config/createConfig";
import { useEnvironment } from "../environmentContext";
import { AttestationCard } from "./AttestationCard";
import { RateLimitCard } from "./RateLimitCard";

type Webauthn = TenantConfig["webauthn"];
type Mfa = NonNullable<TenantConfig["mfa"]>;

const MFA_DEFAULTS: Mfa = { timeout: 60_000 };

/** What passkeys must be able to do, and what happens where they deviate. */
export function PolicyPage() {
  const { tenantId } = useEnvironment();
  const config = createConfig(tenantId);
  const set = (changed: Partial<Webauthn>) =>
    config.change((now) => ({ ...now, webauthn: { ...now.webauthn, ...changed } }));
  const setMfa = (changed: Partial<Mfa>) =>
    config.change((now) => ({ ...now, mfa: { ...MFA_DEFAULTS, ...now.mfa, ...changed } }));
  return (
    <>
      <PageHeading title="Policy">
        What is asked of passkeys. Stricter settings hold from the next ceremony on; passkeys that exist stay.
      </PageHeading>
      <ConfigForm config={config}>
        {(draft) => (
          <>
            <section class="card" aria-labelledby="ceremonies">
              <div class="card-head">
                <h2 id="ceremonies">Passkeys</h2>
              </div>
              <div class="card-body form two">
                <Field
                  label="Name in the prompt"
                  value={draft().webauthn.relying_party.display_name}
                  onInput={(display_name) =>
                    set({ relying_party: { ...draft().webauthn.relying_party, display_name } })
                  }
                  maxLength={128}
                  complaint={config.complaint("webauthn.relying_party.display_name")}
                  hint="What people read when their device asks."
                />
                <Field
                  label="Time to answer, in seconds"
                  type="number"
                  min={10}
                  max={3600}
                  value={String(draft().webauthn.timeout / 1000)}
                  onInput={(seconds) => set({ timeout: Math.round(Number(seconds) * 1000) })}
                  complaint={config.complaint("webauthn.timeout")}
                  hint="How long a prompt may stay open: 10 to 3,600. Autofill wants minutes."
                />
                <SelectField
                  label="User verification"
                  value={draft().webauthn.user_verification ?? "required"}
                  options={[
                    ["required", "Required"],
                    ["preferred", "Preferred"],
                    ["discouraged", "Discouraged"],
                  ]}
                  onChange={(user_verification) => set({ user_verification })}
                  hint="Whether the device checks the person by PIN, finger or face. Without it, whoever holds the device signs in."
                />
                <SelectField
                  label="Authenticators"
                  value={draft().webauthn.attachment ?? "any"}
                  options={[
                    ["any", "Any"],
                    ["platform", "Built into the device"],
                    ["cross-platform", "Security keys and phones"],
                  ]}
                  onChange={(attachment) => set({ attachment: attachment === "any" ? null : attachment })}
                  hint="Narrowing it shuts people out who have only the other kind."
                />
                <SelectField
                  label="Discoverable"
                  value={draft().webauthn.resident_key_requirement ?? "required"}
                  options={[
                    ["required", "Required"],
                    ["preferred", "Preferred"],
                    ["discouraged", "Discouraged"],
                  ]}
                  onChange={(resident_key_requirement) => set({ resident_key_requirement })}
                  hint="Only discoverable passkeys can sign in without a user name."
                />
                <SelectField
                  label="What a request may ask for"
                  value={draft().webauthn.request_overrides ?? "stricter"}
                  options={[
                    ["stricter", "Only what is stricter"],
                    ["any", "Anything"],
                  ]}
                  onChange={(request_overrides) => set({ request_overrides })}
                  hint="With “anything”, a single request can be laxer than this page."
                />
              </div>
            </section>
            <section class="card" aria-labelledby="deviations">
              <div class="card-head">
                <div>
                  <h2 id="deviations">Where authenticators deviate</h2>
                  <p>Some real ones break these rules. “Warn” lets them in and writes it into the audit log.</p>
                </div>
              </div>
              <div class="card-body form two">
                <SelectField
                  label="A counter that didn’t grow"
                  value={draft().webauthn.counter_policy ?? "strict"}
                  options={[
                    ["strict", "Refuse"],
                    ["warn", "Warn"],
                  ]}
                  onChange={(counter_policy) => set({ counter_policy })}
                  hint="Perhaps a copy of a security key."
                />
                <SelectField
                  label="Backup eligibility that changed"
                  value={draft().webauthn.backup_eligibility_policy ?? "strict"}
                  options={[
                    ["strict", "Refuse"],
                    ["warn", "Warn"],
                  ]}
                  onChange={(backup_eligibility_policy) => set({ backup_eligibility_policy })}
                  hint="A passkey must not become syncable after it was registered."
                />
                <SelectField
                  label="A passkey never seen here"
                  value={draft().webauthn.unknown_credentials ?? "refuse"}
                  options={[
                    ["refuse", "Refuse"],
                    ["signal", "Refuse, and tell the browser to remove it"],
                  ]}
                  onChange={(unknown_credentials) => set({ unknown_credentials })}
                  hint="Telling removes it from the device for good: not while you import users."
                />
              </div>
            </section>
            <AttestationCard
              preference={draft().webauthn.attestation_preference ?? "direct"}
              trust={draft().webauthn.attestation_trust ?? undefined}
              onPreference={(attestation_preference) => set({ attestation_preference })}
              onTrust={(attestation_trust) => set({ attestation_trust })}
              complaint={config.complaint}
            />
            <section class="card" aria-labelledby="second">
              <div class="card-head">
                <div>
                  <h2 id="second">Second factors</h2>
                  <p>Credentials that only confirm a login of another kind.</p>
                </div>
              </div>
              <div class="card-body form two">
                <SelectField
                  label="User verification"
                  value={draft().mfa?.user_verification ?? "preferred"}
                  options={[
                    ["required", "Required"],
                    ["preferred", "Preferred"],
                    ["discouraged", "Discouraged"],
                  ]}
                  onChange={(user_verification) => setMfa({ user_verification })}
                  hint="The first factor was proven already, so a touch can do."
                />
                <SelectField
                  label="Authenticators"
                  value={draft().mfa?.attachment ?? "cross-platform"}
                  options={[
                    ["cross-platform", "Security keys and phones"],
                    ["platform", "Built into the device"],
                  ]}
                  onChange={(attachment) => setMfa({ attachment })}
                  hint="Which kind the prompt asks for."
                />
                <Field
                  label="Time to answer, in seconds"
                  type="number"
                  min={10}
                  max={3600}
                  value={String((draft().mfa?.timeout ?? MFA_DEFAULTS.timeout) / 1000)}
                  onInput={(seconds) => setMfa({ timeout: Math.round(Number(seconds) * 1000) })}
                  complaint={config.complaint("mfa.timeout")}
                  hint="10 to 3,600."
                />
              </div>
            </section>
            <RateLimitCard
              value={draft().rate_limit}
              onChange={(rate_limit) => config.change((now) => ({ ...now, rate_limit }))}
              complaint={config.complaint}
            />
            <section class="card" aria-labelledby="retention">
              <div class="card-head">
                <h2 id="retention">Audit log</h2>
              </div>
              <div class="card-body form two">
                <Field
                  label="Days that rows are kept"
                  type="number"
                  min={1}
                  max={3650}
                  value={String(draft().audit_log?.retention_days ?? 400)}
                  onInput={(days) => config.change((now) => ({ ...now, audit_log: { retention_days: Number(days) } }))}
                  complaint={config.complaint("audit_log.retention_days")}
                  hint="Older rows are deleted for good. 1 to 3,650."
                />
              </div>
            </section>
            <Show when={draft().webauthn.user_verification === "discouraged"}>
              <Notice tone="warn">
                <p>Without user verification, a stolen unlocked device or security key is enough to sign in.</p>
              </Notice>
            </Show>
          </>
        )}
      </ConfigForm>
    </>
  );
}
