import { createUniqueId, Show, type JSX } from "solid-js";

interface CheckFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hint?: JSX.Element;
  readonly disabled?: boolean;
}

export function CheckField(props: CheckFieldProps) {
  const id = createUniqueId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      <Show when={props.hint !== undefined}>
        <div id={`${id}-hint`} class="hint">
          {props.hint}
        </div>
      </Show>
    </div>
  );
}
