import { Navigate, useLocation } from "@solidjs/router";
import { Show, type JSX } from "solid-js";
import { currentSession } from "./session";

/** Sends whoever isn't signed in to the sign-in page, and back here afterwards. */
export function RequireSession(props: { readonly children: JSX.Element }) {
  const location = useLocation();
  const signIn = () => {
    const here = location.pathname.replace(/^\/console/, "") + location.search;
    return here === "" || here === "/" ? "/sign-in" : `/sign-in?return=${encodeURIComponent(here)}`;
  };
  return (
    <Show when={currentSession()} fallback={<Navigate href={signIn()} />}>
      {props.children}
    </Show>
  );
}
