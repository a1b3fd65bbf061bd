import { createSignal, Show } from "solid-js";
import { exactTime } from "../../../parts/exactTime";
import { Field } from "../../../parts/Field";
import { SelectField } from "../../../parts/SelectField";
import { dateFieldValue } from "./dateFieldValue";

type Choice = "never" | "30" | "90" | "365" | "date";

const DAY_MS = 86_400_000;

interface ExpiryFieldProps {
  /** When the key expires; undefined for never. */
  readonly value: string | undefined;
  readonly onChange: (expiresAt: string | undefined) => void;
  readonly complaint?: string | undefined;
}

/** When a key stops working by itself. */
export function ExpiryField(props: ExpiryFieldProps) {
  const [choice, setChoice] = createSignal<Choice>("never");
  const choose = (chosen: Choice) => {
    setChoice(chosen);
    if (chosen === "never") props.onChange(undefined);
    else props.onChange(new Date(Date.now() + (chosen === "date" ? 30 : Number(chosen)) * DAY_MS).toISOString());
  };
  return (
    <>
      <SelectField
        label="Expires"
        value={choice()}
        options={[
          ["never", "Never"],
          ["30", "In 30 days"],
          ["90", "In 90 days"],
          ["365", "In a year"],
          ["date", "At a time of your choice"],
        ]}
        onChange={choose}
        hint={
          <Show when={props.value} fallback="It works until it is revoked.">
            {(at) => `From ${exactTime(at())} on it is refused. Roll it before that.`}
          </Show>
        }
      />
      <Show when={choice() === "date"}>
        <Field
          label="Expires at"
          type="datetime-local"
          required
          value={props.value === undefined ? "" : dateFieldValue(props.value)}
          onInput={(local) => {
            if (local !== "") props.onChange(new Date(local).toISOString());
          }}
          hint="In your time zone; at most ten years away."
          complaint={props.complaint}
        />
      </Show>
    </>
  );
}
