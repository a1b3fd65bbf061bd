import { Show } from "solid-js";
import type { AttestationPreference, AttestationTrust } from "../../../api/types";
import { CheckField } from "../../../parts/CheckField";
import { Notice } from "../../../parts/Notice";
import { SelectField } from "../../../parts/SelectField";
import { TextArea } from "../../../parts/TextArea";

interface AttestationCardProps {
  readonly preference: AttestationPreference;
  readonly trust: AttestationTrust | undefined;
  readonly onPreference: (preference: AttestationPreference) => void;
  readonly onTrust: (trust: AttestationTrust) => void;
}

/** Which makes of authenticators are let in, and what proves them. */
export function AttestationCard(props: AttestationCardProps) {
  const trust = (): AttestationTrust => props.trust ?? { policy: "any" };
  const lines = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
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
          <TextArea
            label="Certificates"
            value={(trust().trust_anchors ?? []).join("\n")}
            onInput={(text) => props.onTrust({ ...trust(), trust_anchors: lines(text) })}
            hint="Roots that attestations may lead to: DER in base64, one a line."
          />
        </Show>
        <div class="form two">
          <TextArea
            label="Only these models"
            rows={2}
            value={(trust().aaguid_allow ?? []).join("\n")}
            onInput={(text) => {
              const aaguid_allow = lines(text);
              props.onTrust({ ...trust(), aaguid_allow: aaguid_allow.length > 0 ? aaguid_allow : null });
            }}
            hint="AAGUIDs, one a line; empty: all."
          />
          <TextArea
            label="None of these models"
            rows={2}
            value={(trust().aaguid_deny ?? []).join("\n")}
            onInput={(text) => props.onTrust({ ...trust(), aaguid_deny: lines(text) })}
            hint="AAGUIDs, one a line. Unless trusted, an authenticator can lie about its own."
          />
        </div>
      </div>
    </section>
  );
}
