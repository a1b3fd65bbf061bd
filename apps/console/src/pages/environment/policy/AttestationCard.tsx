import { Show } from "solid-js";
import type { AttestationPreference, AttestationTrust } from "../../../api/types";
import { CheckField } from "../../../parts/CheckField";
import { LinesField } from "../../../parts/LinesField";
import { Notice } from "../../../parts/Notice";
import { SelectField } from "../../../parts/SelectField";

interface AttestationCardProps {
  readonly preference: AttestationPreference;
  readonly trust: AttestationTrust | undefined;
  readonly onPreference: (preference: AttestationPreference) => void;
  readonly onTrust: (trust: AttestationTrust) => void;
  /** What is wrong with a member of the configuration. */
  readonly complaint: (member: string) => string | undefined;
}

/** Which makes of authenticators are let in, and what proves them. */
export function AttestationCard(props: AttestationCardProps) {
  const trust = (): AttestationTrust => props.trust ?? { policy: "any" };
  return (
    <section class="card" aria-labelledby="attestation">
      <div class="card-head">
        <div>
          <h2 id="attestation">Attestation</h2>
          <p>Proof of an authenticator’s make. Apps for everybody don’t need it; synced passkeys have none.</p>
        </div>
      </div>
      <div class="card-body form">
        <div class="form two">
          <SelectField
            label="Ask for it"
            value={props.preference}
            options={[
              ["none", "No"],
              ["indirect", "Indirect"],
              ["direct", "Direct"],
              ["enterprise", "Enterprise"],
            ]}
            onChange={props.onPreference}
            hint="Whether devices are asked to prove their make."
          />
          <SelectField
            label="What must be proven"
            value={trust().policy}
            options={[
              ["none", "Nothing: statements are not even looked at"],
              ["any", "Any statement that is correct"],
              ["trusted", "A make that is trusted"],
            ]}
            onChange={(policy) => props.onTrust({ ...trust(), policy })}
            hint="“Trusted” refuses everything that doesn’t lead to a certificate below or to FIDO’s list."
          />
        </div>
        <Show when={trust().policy === "trusted"}>
          <Notice tone="warn">
            <p>
              Synced passkeys of phones and browsers carry no attestation: people who have only those can’t register.
            </p>
          </Notice>
          <CheckField
            label="Trust what FIDO’s Metadata Service lists"
            checked={trust().metadata === true}
            onChange={(metadata) => props.onTrust({ ...trust(), metadata })}
            hint="Models that it reports as revoked or compromised are refused."
          />
          <LinesField
            label="Certificates"
            value={trust().trust_anchors ?? []}
            onChange={(trust_anchors) => props.onTrust({ ...trust(), trust_anchors })}
            complaint={props.complaint("webauthn.attestation_trust.trust_anchors")}
            hint="Roots that attestations may lead to: DER in base64, one a line."
          />
        </Show>
        <div class="form two">
          <LinesField
            label="Only these models"
            rows={2}
            value={trust().aaguid_allow ?? []}
            onChange={(allowed) => props.onTrust({ ...trust(), aaguid_allow: allowed.length > 0 ? allowed : null })}
            complaint={props.complaint("webauthn.attestation_trust.aaguid_allow")}
            hint="AAGUIDs, one a line; empty: all."
          />
          <LinesField
            label="None of these models"
            rows={2}
            value={trust().aaguid_deny ?? []}
            onChange={(aaguid_deny) => props.onTrust({ ...trust(), aaguid_deny })}
            complaint={props.complaint("webauthn.attestation_trust.aaguid_deny")}
            hint="AAGUIDs, one a line. Unless trusted, an authenticator can lie about its own."
          />
        </div>
      </div>
    </section>
  );
}
