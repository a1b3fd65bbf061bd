import { A, useLocation } from "@solidjs/router";
import { createEffect, For, on, Show, Suspense, type JSX } from "solid-js";
import { Icon } from "../parts/Icon";
import { AccountMenu } from "./AccountMenu";
import { Brand } from "./Brand";
import type { NavLink } from "./NavLink";

interface FrameProps {
  /** Where this is: items of a list. */
  readonly crumbs?: JSX.Element;
  readonly bar?: JSX.Element;
  readonly nav?: readonly NavLink[];
  readonly navLabel?: string;
  readonly children: JSX.Element;
}

/** What surrounds every page of somebody who is signed in. */
export function Frame(props: FrameProps) {
  let main: HTMLElement | undefined;
  let side: HTMLDivElement | undefined;
  const location = useLocation();
  // In a narrow window the pages' names are a row that scrolls: where one is comes into sight.
  createEffect(
    on(
      () => [location.pathname, props.nav],
      () => {
        const link = side?.querySelector(".side-link.active");
        if (!(link instanceof HTMLElement) || !side) return;
        side.scrollLeft = link.offsetLeft - side.offsetLeft - (side.clientWidth - link.offsetWidth) / 2;
      },
    ),
  );
  return (
    <>
      <button type="button" class="skip" onClick={() => main?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <Brand />
        <Show when={props.crumbs}>
          <nav class="trail" aria-label="Where you are">
            <ol class="crumbs">{props.crumbs}</ol>
          </nav>
        </Show>
        <div class="account">
          <AccountMenu />
        </div>
      </header>
      {props.bar}
      <div class="body" classList={{ bare: props.nav === undefined }}>
        <Show when={props.nav}>
          {(links) => (
            <div class="side" ref={side}>
              <nav aria-label={props.navLabel ?? "Pages"}>
                <ul>
                  <For each={links()}>
                    {(link) => (
                      <>
                        <Show when={link.group}>
                          <li class="side-label" aria-hidden="true">
                            {link.group}
                          </li>
                        </Show>
                        <li>
                          <A href={link.href} class="side-link" end={link.exact === true}>
                            <Icon name={link.icon} />
                            {link.text}
                          </A>
                        </li>
                      </>
                    )}
                  </For>
                </ul>
              </nav>
            </div>
          )}
        </Show>
        <main ref={main} id="main" class="page" tabindex="-1">
          <Suspense>{props.children}</Suspense>
        </main>
      </div>
    </>
  );
}
