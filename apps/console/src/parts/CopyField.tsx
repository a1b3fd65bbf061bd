import { CopyButton } from "./CopyButton";

/** A row of a description list: a name, a value in mono, a button that copies it. */
export function CopyField(props: { readonly name: string; readonly value: string }) {
  return (
    <div class="copy-field">
      <dt>{props.name}</dt>
      <dd>
        <code title={props.value}>{props.value}</code>
        <CopyButton value={props.value} what={props.name} />
      </dd>
    </div>
  );
}
