import { For, Show } from "solid-js";
import type { RelatedOriginsCheck } from "../../../api/types";
import { Notice } from "../../../parts/Notice";
import { sentence } from "../../../parts/sentence";
import { Time } from "../../../parts/Time";

/** What a domain serves for related origins, and what is wrong with it. */
export function RelatedOriginsFindings(props: { readonly check: RelatedOriginsCheck }) {
  const answer = () => [props.check.status, props.check.content_type].filter((part) => part !== undefined).join(", ");
  return (
    <div class="stack tight">
      <Show when={props.check.findings.length === 0}>
        <Notice tone="right">
          <p>It is there, has the right form, and names every origin that is needed.</p>
        </Notice>
      </Show>
      <For each={props.check.findings}>
        {(finding) => (
          <Notice tone={finding.severity === "error" ? "wrong" : "warn"}>
            <p>
              {sentence(finding.message)}
              <Show when={finding.origin}>
                {(origin) => (
                  <>
                    {" "}
                    <code class="break">{origin()}</code>
                  </>
                )}
              </Show>
            </p>
          </Notice>
        )}
      </For>
      <dl class="row-facts small">
        <dt>Asked</dt>
        <dd>
          <Time at={props.check.checked_at} />
        </dd>
        <dt>Answer</dt>
        <dd>
          <Show when={answer()} fallback="None">
            <code class="break">{answer()}</code>
          </Show>
        </dd>
        <Show when={props.check.listed}>
          <dt>Names in it</dt>
          <dd>
            {props.check.labels.length}; browsers look at the first {props.check.label_limit}
            <Show when={props.check.labels.length > 0}>
              <code class="break">{props.check.labels.join(", ")}</code>
            </Show>
          </dd>
        </Show>
      </dl>
    </div>
  );
}
