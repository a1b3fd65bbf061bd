import { Navigate, useLocation } from "@solidjs/router";
import { Show, type JSX } from "solid-js";
import { currentSession } from "./session";

/** Sends whoever isn't signed in to the sign-in page, and back here afterwards. */
export function RequireSession(props: { readonly children: JSX.Element }) {
  const location = useLocation();
  const back = () => encodeURIComponent(location.pathname.replace(/^\/console/, "") + location.search);
  return (
    <Show when={currentSession()} fallback={<Navigate href={`/sign-in?return=${back()}`} />}>
      {props.children}
    </Show>
  );
}
