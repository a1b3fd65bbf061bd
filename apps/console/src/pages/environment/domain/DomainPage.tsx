import { createSignal, For, Show } from "solid-js";
import { PageHeading } from "../../../layout/PageHeading";
import { CheckField } from "../../../parts/CheckField";
import { Field } from "../../../parts/Field";
import { Loaded } from "../../../parts/Loaded";
import { Notice } from "../../../parts/Notice";
import { sentence } from "../../../parts/sentence";
import { TextArea } from "../../../parts/TextArea";
import { useEnvironment } from "../environmentContext";
import { createConfig } from "../policy/createConfig";
import { SaveBar } from "../policy/SaveBar";
import { AppUrlForm } from "./AppUrlForm";
import { RelatedOriginsCard } from "./RelatedOriginsCard";

/** What passkeys are bound to, and which pages may use them. */
export function DomainPage() {
  const { tenantId, environment } = useEnvironment();
  const config = createConfig(tenantId);
  const [origins, setOrigins] = createSignal<string>();
  const [cors, setCors] = createSignal<string>();
  const lines = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  const undone = {
    ...config,
    undo() {
      setOrigins(undefined);
      setCors(undefined);
      config.undo();
    },
  };
  return (
    <>
      <PageHeading title="Domain">
        A passkey is bound to one domain for good. Pages of that domain may use it, if they are listed here.
      </PageHeading>
      <div class="sections narrow">
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
        <Loaded load={config.tenant}>
          {(tenant) => (
            <Show when={config.draft()}>
              {(draft) => (
                <>
                  <For each={tenant().warnings ?? []}>
                    {(warning) => (
                      <Notice tone="warn">
                        <p>{sentence(warning.message)}</p>
                      </Notice>
                    )}
                  </For>
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
                        onInput={(id) =>
                          config.change((now) => ({
                            ...now,
                            webauthn: {
                              ...now.webauthn,
                              relying_party: { ...now.webauthn.relying_party, id: id.trim() },
                            },
                          }))
                        }
                        mono
                        hint="The app’s host, or a domain above it: example.com lets app.example.com and shop.example.com share passkeys. Changing it leaves all passkeys behind."
                      />
                      <TextArea
                        label="Origins that may use passkeys"
                        value={origins() ?? draft().webauthn.relying_party.origins.join("\n")}
                        onInput={(text) => {
                          setOrigins(text);
                          config.change((now) => ({
                            ...now,
                            webauthn: {
                              ...now.webauthn,
                              relying_party: { ...now.webauthn.relying_party, origins: lines(text) },
                            },
                          }));
                        }}
                        hint="One a line: scheme, host and port, as the address bar shows them; or android:apk-key-hash:…. Sign-ins from anywhere else are refused."
                      />
                      <TextArea
                        label="Origins that may call the API from a browser (CORS)"
                        value={cors() ?? draft().cors.allowed_origins.join("\n")}
                        onInput={(text) => {
                          setCors(text);
                          config.change((now) => ({ ...now, cors: { ...now.cors, allowed_origins: lines(text) } }));
                        }}
                        hint="One a line. Only for pages that call Passgate themselves, without your backend."
                      />
                      <Show when={draft().cors.allowed_origins.includes("*")}>
                        <CheckField
                          label="Let any page call with credentials"
                          checked={draft().cors.allow_unsafe_wildcard === true}
                          onChange={(allow_unsafe_wildcard) =>
                            config.change((now) => ({ ...now, cors: { ...now.cors, allow_unsafe_wildcard } }))
                          }
                          hint="Unsafe: any site that your users visit can act through their browsers."
                        />
                      </Show>
                    </div>
                  </section>
                  <SaveBar config={undone} />
                  <RelatedOriginsCard tenantId={tenantId()} rpId={draft().webauthn.relying_party.id} />
                </>
              )}
            </Show>
          )}
        </Loaded>
      </div>
    </>
  );
}
