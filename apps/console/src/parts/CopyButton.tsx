import { createSignal, onCleanup } from "solid-js";
import { announce } from "./announce";
import { Icon } from "./Icon";

const SHOWN_MS = 1_600;

/** Copies a value. `what` names it: "Copy tenant ID". */
export function CopyButton(props: { readonly value: string; readonly what: string }) {
  const [done, setDone] = createSignal(false);
  let timer: number | undefined;
  onCleanup(() => window.clearTimeout(timer));

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.value);
    } catch {
      announce("The browser didn't allow copying. Select the text and copy it by hand.");
      return;
    }
    announce(`Copied ${props.what}`);
    setDone(true);
    window.clearTimeout(timer);
    timer = window.setTimeout(() => setDone(false), SHOWN_MS);
  };

  return (
    <button
      type="button"
      class="icon-button"
      data-done={done()}
      aria-label={`Copy ${props.what}`}
      title={`Copy ${props.what}`}
      onClick={() => void copy()}
    >
      <Icon name={done() ? "check" : "copy"} size={15} />
    </button>
  );
}
