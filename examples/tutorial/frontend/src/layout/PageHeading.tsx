import { onMount } from "solid-js";

// The browser itself announces and focuses the first page; only later ones need our help.
let firstPage = true;

interface PageHeadingProps {
  readonly title: string;
  readonly children: string;
}

/**
 * The page's h1. A route change in a single-page app tells a screen reader nothing and leaves the focus on
 * something that is gone, so the heading takes it.
 */
export function PageHeading(props: PageHeadingProps) {
  let heading: HTMLHeadingElement | undefined;

  onMount(() => {
    document.title = `${props.title} · My app`;
    if (!firstPage) heading?.focus();
    firstPage = false;
  });

  return (
    <h1 ref={heading} tabindex="-1">
      {props.children}
    </h1>
  );
}
