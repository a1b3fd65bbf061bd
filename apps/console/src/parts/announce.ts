import { createSignal } from "solid-js";

const SHOWN_MS = 4_000;

const [announcement, setAnnouncement] = createSignal("");
let timer: number | undefined;

/** What was done last, for a moment. */
export { announcement };

/** Says that something was done: at the bottom of the page, and to screen readers. */
export function announce(text: string): void {
  window.clearTimeout(timer);
  setAnnouncement(text);
  timer = window.setTimeout(() => setAnnouncement(""), SHOWN_MS);
}
