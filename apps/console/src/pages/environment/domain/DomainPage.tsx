import { For, Show } from "solid-js";
import type { TenantConfig } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { CheckField } from "../../../parts/CheckField";
import { Field } from "../../../parts/Field";
import { LinesField } from "../../../parts/LinesField";
import { Notice } from "../../../parts/Notice";
import { sentence } from "../../../parts/sentence";
import { ConfigForm } from "../config/ConfigForm";
import { createConfig } from "../config/createConfig";
import { useEnvironment } from "../environmentContext";
import { AppUrlForm } from "./AppUrlForm";
import { RelatedOriginsCard } from "./RelatedOriginsCard";

type RelyingParty = TenantConfig["webauthn"]["relying_party"];
type Cors = TenantConfig["cors"];

/** What passkeys are bound to, and which pages may use them. */
export function DomainPage() {
  const { tenantId, environment } = useEnvironment();
  const config = createConfig(tenantId);
  const setParty = (changed: Partial<RelyingParty>) =>
    config.change((now) => ({
      ...now,
      webauthn: { ...now.webauthn, relying_party: { ...now.webauthn.relying_party, ...changed } },
    }));
  const setCors = (changed: Partial<Cors>) => config.change((now) => ({ ...now, cors: { ...now.cors, ...changed } }));
  return (
    <>
      <PageHeading title="Domain">
        A passkey is bound to one domain for good. Pages of that domain may use it, if they are listed here.
      </PageHeading>
      <ConfigForm
        config={config}
        before={
          <>
            <Show when={environment.value()}>
              <section class="card" aria-labelledby="app-url">
                <div class="card-head">
                  <h2 id="app-url">App URL</h2>
                  <p>
                    Bound to <code>{environment.value()?.rp_id}</code>
                  </p>
                </div>
                <AppUrlForm verb="Save" onSaved={() => void config.tenant.reload()} />
              </section>
            </Show>
            <For each={config.tenant.value()?.warnings ?? []}>
              {(warning) => (
                <Notice tone="warn">
                  <p>{sentence(warning.message)}</p>
                </Notice>
              )}
            </For>
          </>
        }
        after={
          <RelatedOriginsCard
            tenantId={tenantId()}
            rpId={config.tenant.value()?.config.webauthn.relying_party.id ?? ""}
            origins={config.tenant.value()?.config.webauthn.relying_party.origins ?? []}
          />
        }
      >
        {(draft) => (
          <section class="card" aria-labelledby="origins">
            <div class="card-head">
              <div>
                <h2 id="origins">Pages</h2>
                <p>For several front ends, subdomains or mobile apps on the same domain.</p>
              </div>
            </div>
            <div class="card-body form">
              <Field
                label="Domain that passkeys are bound to (RP ID)"
                value={draft().webauthn.relying_party.id}
                onInput={(id) => setParty({ id: id.trim() })}
                mono
                complaint={config.complaint("webauthn.relying_party.id")}
                hint="The app’s host, or a domain above it: example.com lets app.example.com and shop.example.com share passkeys. Changing it leaves all passkeys behind."
              />
              <LinesField
                label="Origins that may use passkeys"
                value={draft().webauthn.relying_party.origins}
                onChange={(origins) => setParty({ origins })}
                complaint={config.complaint("webauthn.relying_party.origins")}
                hint="One a line: scheme, host and port, as the address bar shows them; or android:apk-key-hash:…. Sign-ins from anywhere else are refused."
              />
              <LinesField
                label="Origins that may call the API from a browser (CORS)"
                value={draft().cors.allowed_origins}
                onChange={(allowed_origins) => setCors({ allowed_origins })}
                complaint={config.complaint("cors") ?? config.complaint("cors.allowed_origins")}
                hint="One a line. Only for pages that call Passgate themselves, without your backend."
              />
              <Show when={draft().cors.allowed_origins.includes("*")}>
                <CheckField
                  label="Let any page call with credentials"
                  checked={draft().cors.allow_unsafe_wildcard === true}
                  onChange={(allow_unsafe_wildcard) => setCors({ allow_unsafe_wildcard })}
                  hint="Unsafe: any site that your users visit can act through their browsers."
                />
              </Show>
            </div>
          </section>
        )}
      </ConfigForm>
    </>
  );
}
