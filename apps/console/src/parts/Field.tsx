import { createUniqueId, Show, type JSX } from "solid-js";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: "text" | "email" | "url" | "search" | "number" | "datetime-local";
  readonly hint?: JSX.Element;
  /** What is wrong with the value. */
  readonly complaint?: string | undefined;
  readonly required?: boolean;
  readonly autocomplete?: JSX.HTMLAutocomplete;
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly mono?: boolean;
  readonly readOnly?: boolean;
  readonly ref?: (input: HTMLInputElement) => void;
}

/** A labelled input, with a hint or a complaint below it. */
export function Field(props: FieldProps) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        ref={(input) => props.ref?.(input)}
        class="input"
        classList={{ mono: props.mono === true }}
        type={props.type ?? "text"}
        value={props.value}
        required={props.required}
        autocomplete={props.autocomplete ?? "off"}
        placeholder={props.placeholder}
        maxLength={props.maxLength}
        min={props.min}
        max={props.max}
        readOnly={props.readOnly}
        spellcheck={false}
        aria-invalid={props.complaint !== undefined}
        aria-describedby={props.hint !== undefined || props.complaint !== undefined ? `${id}-hint` : undefined}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <Show when={props.hint !== undefined || props.complaint !== undefined}>
        <div id={`${id}-hint`} class={props.complaint === undefined ? "hint" : "complaint"}>
          {props.complaint ?? props.hint}
        </div>
      </Show>
    </div>
  );
}
