import type { JSX } from "solid-js";
import { Brand } from "./Brand";
import { ThemeMenu } from "./ThemeMenu";

/** What surrounds a page for people who aren't signed in, or that wants all attention. */
export function Gate(props: { readonly wide?: boolean; readonly children: JSX.Element }) {
  return (
    <div class="alone">
      <header>
        <Brand />
        <ThemeMenu />
      </header>
      <main id="main" tabindex="-1">
        <div class="gate" classList={{ wide: props.wide === true }}>
          {props.children}
        </div>
      </main>
    </div>
  );
}
