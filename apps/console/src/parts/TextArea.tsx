import { createUniqueId, Show, type JSX } from "solid-js";

interface TextAreaProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: JSX.Element;
  readonly complaint?: string | undefined;
  readonly rows?: number;
  readonly readOnly?: boolean;
}

/** Several lines in mono: origins, certificates. */
export function TextArea(props: TextAreaProps) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <textarea
        id={id}
        class="input mono"
        rows={props.rows ?? 4}
        value={props.value}
        spellcheck={false}
        readOnly={props.readOnly}
        aria-invalid={props.complaint !== undefined}
        aria-describedby={`${id}-hint`}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <div id={`${id}-hint`} class={props.complaint === undefined ? "hint" : "complaint"}>
        <Show when={props.complaint} fallback={props.hint}>
          {props.complaint}
        </Show>
      </div>
    </div>
  );
}
