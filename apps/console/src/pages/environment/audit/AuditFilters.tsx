import { createEffect, createSignal, onCleanup } from "solid-js";
import { eventWords } from "../../../parts/eventWords";
import { Field } from "../../../parts/Field";
import { SelectField } from "../../../parts/SelectField";
import type { AuditFilterValues } from "./filtersOf";

const PAUSE_MS = 350;

interface AuditFiltersProps {
  readonly filters: AuditFilterValues;
  readonly types: readonly string[];
  readonly onChange: (changed: Partial<AuditFilterValues>) => void;
}

/** The audit log's filters. They are in the address, so that a view can be sent to somebody. */
export function AuditFilters(props: AuditFiltersProps) {
  return (
    <details class="filters-part" open={window.matchMedia("(min-width: 720px)").matches}>
      <summary>Filters</summary>
      <div class="filters">
        <SelectField
          label="What"
          value={props.filters.type?.length === 1 ? (props.filters.type[0] ?? "") : ""}
          options={[["", "Everything"], ...props.types.map((type) => [type, eventWords(type)] as const)]}
          onChange={(type) => props.onChange({ type: type === "" ? [] : [type] })}
        />
        <Typed
          label="User ID"
          value={props.filters.actor ?? ""}
          onChange={(actor) => props.onChange({ actor })}
          placeholder="Whole ID"
        />
        <Typed
          label="Address"
          value={props.filters.meta_source_ip ?? ""}
          onChange={(meta_source_ip) => props.onChange({ meta_source_ip })}
          placeholder="192.0.2."
        />
        <Typed
          label="Anything"
          value={props.filters.q ?? ""}
          onChange={(q) => props.onChange({ q })}
          placeholder="Error, browser, request…"
        />
        <Moment
          label="After"
          value={props.filters.start_time}
          onChange={(start_time) => props.onChange({ start_time })}
        />
        <Moment label="Before" value={props.filters.end_time} onChange={(end_time) => props.onChange({ end_time })} />
      </div>
    </details>
  );
}

interface TypedProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string | undefined) => void;
}

function Typed(props: TypedProps) {
  const [typed, setTyped] = createSignal(props.value);
  let timer: number | undefined;
  onCleanup(() => window.clearTimeout(timer));
  createEffect(() => setTyped(props.value));
  const change = (value: string) => {
    setTyped(value);
    window.clearTimeout(timer);
    timer = window.setTimeout(() => props.onChange(value === "" ? undefined : value), PAUSE_MS);
  };
  return <Field label={props.label} value={typed()} onInput={change} placeholder={props.placeholder} />;
}

interface MomentProps {
  readonly label: string;
  /** RFC 3339. */
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

function Moment(props: MomentProps) {
  return (
    <Field
      label={props.label}
      type="datetime-local"
      value={props.value === undefined ? "" : inZone(props.value)}
      onInput={(value) => props.onChange(value === "" ? undefined : new Date(value).toISOString())}
    />
  );
}

/** A time as a field of the viewer's zone wants it. */
function inZone(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
