import { A, type RouteSectionProps } from "@solidjs/router";
import { Suspense } from "solid-js";

/** What surrounds every page: the app's name, and the place where the page goes. */
export function Shell(props: RouteSectionProps) {
  return (
    <>
      <header class="bar">
        <A href="/" class="brand" end>
          <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" />
            <circle cx="12.5" cy="13" r="4.5" />
            <path d="M16 16l8 8m-3-3l2.5-2.5" />
          </svg>
          My app
        </A>
      </header>
      <main class="page">
        <Suspense fallback={<p class="status">Loading…</p>}>{props.children}</Suspense>
      </main>
    </>
  );
}
