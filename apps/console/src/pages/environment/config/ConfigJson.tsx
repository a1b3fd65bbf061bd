import { createEffect, createUniqueId, For, on, Show } from "solid-js";
import { CopyButton } from "../../../parts/CopyButton";
import { Notice } from "../../../parts/Notice";
import { sentence } from "../../../parts/sentence";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import type { ConfigDraft } from "./createConfig";

/**
 * The whole configuration as JSON, beside its form: a change of the one shows in the other. What is wrong is said below
 * it, and its line is marked.
 */
export function ConfigJson(props: { readonly config: ConfigDraft }) {
  const { role } = useEnvironment();
  const id = createUniqueId();
  let area: HTMLTextAreaElement | undefined;
  let numbers: HTMLOListElement | undefined;
  const lines = () => props.config.text().split("\n").length;
  const faultLine = () => {
    const fault = props.config.fault();
    return fault && props.config.text().slice(0, fault.from).split("\n").length;
  };
  // Its line comes into sight, without moving the page under whoever is somewhere else on it.
  createEffect(
    on(props.config.fault, (fault) => {
      const line = fault && numbers?.children[(faultLine() ?? 1) - 1];
      const editor = numbers?.parentElement;
      if (!(line instanceof HTMLElement) || !editor) return;
      const top = line.offsetTop - editor.offsetTop;
      if (top < editor.scrollTop || top + line.offsetHeight > editor.scrollTop + editor.clientHeight) {
        editor.scrollTop = top - editor.clientHeight / 2;
      }
    }),
  );
  const goThere = () => {
    const fault = props.config.fault();
    if (!fault || !area) return;
    area.focus();
    area.setSelectionRange(fault.from, fault.to);
  };
  return (
    <aside class="json-aside" aria-labelledby={`${id}-title`}>
      <div class="json-head">
        <h2 id={`${id}-title`}>As JSON</h2>
        <CopyButton value={props.config.text()} what="configuration" />
      </div>
      <p class="hint" id={`${id}-hint`}>
        The whole configuration, as the admin API takes it. Change it here or in the form; it is saved as one.
      </p>
      <div class="json-editor" classList={{ wrong: props.config.fault() !== undefined }}>
        <ol ref={numbers} aria-hidden="true">
          <For each={Array.from({ length: lines() }, (_, at) => at + 1)}>
            {(line) => <li classList={{ wrong: line === faultLine() }}>{line}</li>}
          </For>
        </ol>
        <textarea
          ref={area}
          aria-label="Configuration as JSON"
          rows={lines()}
          value={props.config.text()}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          readOnly={roleNeeded(role(), "admin") !== undefined}
          aria-invalid={props.config.fault() !== undefined}
          aria-describedby={`${id}-hint ${id}-fault`}
          onInput={(event) => props.config.setText(event.currentTarget.value)}
        />
      </div>
      <div id={`${id}-fault`} role="status">
        <Show when={props.config.fault()}>
          {(fault) => (
            <p class="complaint">
              <button type="button" class="link-button" onClick={goThere}>
                Line {faultLine()}
              </button>
              <Show when={fault().member}>
                {(member) => (
                  <>
                    , <code>{member()}</code>
                  </>
                )}
              </Show>
              : {sentence(fault().message)}
            </p>
          )}
        </Show>
      </div>
      <Show when={props.config.lost().length > 0}>
        <Notice tone="warn">
          <p>
            Left out, because the server doesn’t know it:{" "}
            <For each={props.config.lost()}>
              {(member, at) => (
                <>
                  {at() > 0 ? ", " : ""}
                  <code>{member}</code>
                </>
              )}
            </For>
          </p>
        </Notice>
      </Show>
    </aside>
  );
}
