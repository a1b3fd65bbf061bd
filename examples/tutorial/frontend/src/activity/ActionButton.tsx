import type { JSX } from "solid-js";

interface ActionButtonProps {
  readonly children: JSX.Element;
  readonly busy: boolean;
  readonly kind?: "primary" | "plain";
  readonly type?: "button" | "submit";
  readonly onClick?: () => void;
}

/** A button that keeps the focus while the page is busy: `disabled` would drop it to the top of the page. */
export function ActionButton(props: ActionButtonProps) {
  return (
    <button
      type={props.type ?? "button"}
      class={`button ${props.kind ?? "primary"}`}
      aria-disabled={props.busy}
      onClick={() => {
        if (!props.busy) props.onClick?.();
      }}
    >
      {props.children}
    </button>
  );
}
