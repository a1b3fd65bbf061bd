import { createEffect, onMount, Show, type JSX } from "solid-js";

// The browser itself announces and focuses the first page; only later ones need our help.
let firstPage = true;

interface PageHeadingProps {
  readonly title: string;
  /** One sentence: what this page is for. */
  readonly children?: JSX.Element;
  readonly actions?: JSX.Element;
}

/**
 * The page's h1. A route change in a single-page app tells a screen reader nothing and leaves the focus on something
 * that is gone, so the heading takes it.
 */
export function PageHeading(props: PageHeadingProps) {
  let heading: HTMLHeadingElement | undefined;

  createEffect(() => {
    document.title = `${props.title} · Passgate`;
  });
  onMount(() => {
    if (!firstPage) heading?.focus({ preventScroll: true });
    firstPage = false;
  });

  return (
    <div class="page-head">
      <div>
        <h1 ref={heading} tabindex="-1">
          {props.title}
        </h1>
        <Show when={props.children}>
          <p>{props.children}</p>
        </Show>
      </div>
      <Show when={props.actions}>
        <div class="buttons">{props.actions}</div>
      </Show>
    </div>
  );
}
