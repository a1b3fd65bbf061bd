import { createEffect, createSignal, on, Show } from "solid-js";
import { call } from "../../../api/call";
import type { RelatedOriginsCheck } from "../../../api/types";
import { createAction } from "../../../load/createAction";
import { createLoad } from "../../../load/createLoad";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { Notice } from "../../../parts/Notice";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { TextArea } from "../../../parts/TextArea";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import { checkRelatedOrigins } from "./checkRelatedOrigins";
import { RelatedOriginsFindings } from "./RelatedOriginsFindings";

interface RelatedOriginsCardProps {
  readonly tenantId: string;
  readonly rpId: string;
  /** The origins as they are saved: what has to be served follows from them. */
  readonly origins: readonly string[];
}

/** For pages on other domains: the file that the passkeys' domain has to serve, and a check of what it serves. */
export function RelatedOriginsCard(props: RelatedOriginsCardProps) {
  const { role } = useEnvironment();
  const related = createLoad(
    () => ({ tenant_id: props.tenantId, for: props.origins.join(" ") }),
    ({ tenant_id }, signal) => call("GET /environments/{tenant_id}/related-origins", { path: { tenant_id }, signal }),
  );
  const action = createAction();
  const [checked, setChecked] = createSignal<RelatedOriginsCheck>();
  createEffect(on(related.value, () => setChecked(undefined)));
  const check = () =>
    action.run(async (signal) => {
      const path = { tenant_id: props.tenantId };
      setChecked(await call("GET /environments/{tenant_id}/related-origins/check", { path, signal }));
    });
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
            <Show when={!related.problem()} fallback={<ProblemNotice problem={related.problem()} />}>
              <p class="quiet">
                Not needed: all origins above are of <code>{props.rpId}</code>.
              </p>
            </Show>
          }
        >
          {(value) => (
            <>
              <p>
                Serve this at <code class="break">https://{props.rpId}/.well-known/webauthn</code>, as{" "}
                <code>application/json</code>. Browsers look there before a page of another domain may use a passkey.
              </p>
              <CodeBlock code={JSON.stringify(value(), null, 2)} what="File for related origins" />
              <div class="buttons">
                <Button busy={action.busy()} unavailable={roleNeeded(role(), "developer")} onClick={() => void check()}>
                  {action.busy() ? "Asking…" : checked() ? "Check again" : "Check what is served"}
                </Button>
                <span class="quiet small">Passgate asks for it from where it runs; up to ten seconds.</span>
              </div>
              <ProblemNotice problem={action.problem()} />
              <div role="status">
                <Show when={checked()}>{(found) => <RelatedOriginsFindings check={found()} />}</Show>
              </div>
              <details class="aside">
                <summary>Check a file that isn’t served yet</summary>
                <div class="stack">
                  <TextArea
                    label="The file"
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
                </div>
              </details>
            </>
          )}
        </Show>
      </div>
    </section>
  );
}
