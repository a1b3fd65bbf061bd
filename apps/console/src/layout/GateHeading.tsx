import { onMount, Show, type JSX } from "solid-js";

/** The heading of a page that stands alone; it takes the focus when it replaces another. */
export function GateHeading(props: { readonly title: string; readonly children?: JSX.Element }) {
  let heading: HTMLHeadingElement | undefined;
  onMount(() => {
    document.title = `${props.title} · Passgate`;
    if (document.activeElement === null || document.activeElement === document.body) {
      heading?.focus({ preventScroll: true });
    }
  });
  return (
    <div class="gate-head">
      <h1 ref={heading} tabindex="-1">
        {props.title}
      </h1>
      <Show when={props.children}>
        <p>{props.children}</p>
      </Show>
    </div>
  );
}
