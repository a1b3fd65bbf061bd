import { Show, type JSX } from "solid-js";

interface EmptyProps {
  readonly title: string;
  /** What to do next. */
  readonly children: JSX.Element;
  readonly actions?: JSX.Element;
}

/** Nothing is here yet. */
export function Empty(props: EmptyProps) {
  return (
    <div class="empty">
      <h2>{props.title}</h2>
      <p>{props.children}</p>
      <Show when={props.actions}>
        <div class="buttons">{props.actions}</div>
      </Show>
    </div>
  );
}
