import { createSignal, onCleanup } from "solid-js";
import { announce } from "./announce";
import { Icon } from "./Icon";

const SHOWN_MS = 1_600;

interface CopyButtonProps {
  readonly value: string;
  /** Names the value: "Copy tenant ID". */
  readonly what: string;
  /** What the button shows beside its sign, where there is room and no value beside it. */
  readonly text?: string;
}

/** Copies a value. */
export function CopyButton(props: CopyButtonProps) {
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
      class={props.text === undefined ? "icon-button" : "button plain"}
      data-done={done()}
      aria-label={`Copy ${props.what}`}
      title={`Copy ${props.what}`}
      onClick={() => void copy()}
    >
      <Icon name={done() ? "check" : "copy"} size={15} />
      {props.text}
    </button>
  );
}
