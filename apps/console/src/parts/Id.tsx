import { CopyButton } from "./CopyButton";

/** An id in mono, cut where there is no room, with a button that copies all of it. */
export function Id(props: { readonly value: string; readonly what: string; readonly short?: boolean }) {
  const shown = () => (props.short && props.value.length > 14 ? `${props.value.slice(0, 8)}…` : props.value);
  return (
    <span class="id">
      <code title={props.value}>{shown()}</code>
      <CopyButton value={props.value} what={props.what} />
    </span>
  );
}
