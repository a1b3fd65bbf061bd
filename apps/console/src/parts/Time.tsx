import { createSignal } from "solid-js";
import { exactTime } from "./exactTime";
import { relativeTime } from "./relativeTime";

const TICK_MS = 20_000;
const [now, setNow] = createSignal(Date.now());
window.setInterval(() => setNow(Date.now()), TICK_MS);

/** A time as people say it, with the exact one, in the viewer's zone, on hover. */
export function Time(props: { readonly at: string; readonly exact?: boolean }) {
  return (
    <time dateTime={props.at} title={exactTime(props.at)}>
      {props.exact ? exactTime(props.at) : relativeTime(props.at, now())}
    </time>
  );
}
