import { createSignal, Show } from "solid-js";
import { call } from "../../../api/call";
import { createLoad } from "../../../load/createLoad";
import { CodeBlock } from "../../../parts/CodeBlock";
import { Notice } from "../../../parts/Notice";
import { TextArea } from "../../../parts/TextArea";
import { checkRelatedOrigins } from "./checkRelatedOrigins";

/** For pages on other domains: the file that the passkeys' domain has to serve, and a check of its form. */
export function RelatedOriginsCard(props: { readonly tenantId: string; readonly rpId: string }) {
  const related = createLoad(
    () => props.tenantId,
    (tenant_id, signal) => call("GET /environments/{tenant_id}/related-origins", { path: { tenant_id }, signal }),
  );
  const [pasted, setPasted] = createSignal("");
  const complaint = () =>
    pasted().trim() === "" ? undefined : checkRelatedOrigins(pasted(), related.value()?.origins ?? []);
  return (
    <section class="card" aria-labelledby="related">
      <div class="card-head">
        <div>
          <h2 id="related">Related origins</h2>
          <p>For pages on other domains that use the same passkeys.</p>
        </div>
      </div>
      <div class="card-body stack">
        <Show
          when={(related.value()?.origins.length ?? 0) > 0 && related.value()}
          fallback={
            <p class="quiet">
              Not needed: all origins above are of <code>{props.rpId}</code>.
            </p>
          }
        >
          {(value) => (
            <>
              <p>
                Serve this at <code>https://{props.rpId}/.well-known/webauthn</code>, as <code>application/json</code>:
              </p>
              <CodeBlock code={JSON.stringify(value(), null, 2)} what="File for related origins" />
              <TextArea
                label="Check what is served there"
                value={pasted()}
                onInput={setPasted}
                complaint={complaint()}
                hint="Paste it here. Nothing is sent anywhere."
              />
              <Show when={pasted().trim() !== "" && complaint() === undefined}>
                <Notice tone="right">
                  <p>It has the right form and names every origin that is needed.</p>
                </Notice>
              </Show>
            </>
          )}
        </Show>
      </div>
    </section>
  );
}
