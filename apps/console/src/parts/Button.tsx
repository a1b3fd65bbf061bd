import type { JSX } from "solid-js";

interface ButtonProps {
  readonly children: JSX.Element;
  readonly kind?: "primary" | "plain" | "quiet" | "danger" | "destroy";
  readonly type?: "button" | "submit";
  readonly size?: "small" | "wide";
  readonly busy?: boolean;
  /** Why it can't be pressed now; undefined if it can. Shown on hover. */
  readonly unavailable?: string | undefined;
  readonly label?: string;
  readonly onClick?: () => void;
}

/** A button that keeps the focus while something runs: `disabled` would drop it to the top of the page. */
export function Button(props: ButtonProps) {
  const off = () => props.busy === true || props.unavailable !== undefined;
  return (
    <button
      type={props.type ?? "button"}
      class={`button ${props.kind ?? "plain"} ${props.size ?? ""}`}
      aria-disabled={off()}
      aria-label={props.label}
      data-busy={props.busy}
      title={props.unavailable}
      onClick={(event) => {
        if (!off()) props.onClick?.();
        else event.preventDefault();
      }}
    >
      {props.children}
    </button>
  );
}
