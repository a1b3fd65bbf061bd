import { CopyButton } from "./CopyButton";

/** Code or JSON that scrolls in itself, with a button that copies it. */
export function CodeBlock(props: { readonly code: string; readonly what: string }) {
  return (
    <div class="code">
      <pre tabindex="0" role="region" aria-label={props.what}>
        <code>{props.code}</code>
      </pre>
      <CopyButton value={props.code} what={props.what} />
    </div>
  );
}
