import { createSignal } from "solid-js";
import { exactTime } from "./exactTime";
import { relativeTime } from "./relativeTime";

const TICK_MS = 20_000;
const [tick, setTick] = createSignal(0);
window.setInterval(() => setTick((before) => before + 1), TICK_MS);

/** A time as people say it, with the exact one, in the viewer's zone, on hover. */
export function Time(props: { readonly at: string; readonly exact?: boolean }) {
  // Of this moment, not of the last tick: what was just made would lie ahead of that.
  const relative = () => {
    tick();
    return relativeTime(props.at, Date.now());
  };
  return (
    <time dateTime={props.at} title={exactTime(props.at)}>
      {props.exact ? exactTime(props.at) : relative()}
    </time>
  );
}
