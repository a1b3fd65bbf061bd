import { createUniqueId, For, Show, type JSX } from "solid-js";

interface SelectFieldProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [value: T, text: string])[];
  readonly onChange: (value: T) => void;
  readonly hint?: JSX.Element;
  readonly disabled?: boolean;
  /** For a table, where the column says it. */
  readonly hideLabel?: boolean;
}

/** A labelled choice of one. */
export function SelectField<T extends string>(props: SelectFieldProps<T>) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id} classList={{ sr: props.hideLabel === true }}>
        {props.label}
      </label>
      <select
        id={id}
        class="input"
        value={props.value}
        disabled={props.disabled}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => props.onChange(event.currentTarget.value as T)}
      >
        <For each={props.options}>
          {([value, text]) => (
            <option value={value} selected={value === props.value}>
              {text}
            </option>
          )}
        </For>
      </select>
      <Show when={props.hint !== undefined}>
        <div id={`${id}-hint`} class="hint">
          {props.hint}
        </div>
      </Show>
    </div>
  );
}
