import { Show, type JSX } from "solid-js";
import { Icon } from "./Icon";

interface NoticeProps {
  readonly tone?: "info" | "right" | "warn" | "wrong";
  readonly title?: string;
  readonly children: JSX.Element;
}

/** Something to know before going on. */
export function Notice(props: NoticeProps) {
  const icon = () => {
    switch (props.tone ?? "info") {
      case "info":
        return "info";
      case "right":
        return "check";
      case "warn":
      case "wrong":
        return "alert";
    }
  };
  return (
    <div class={`notice ${props.tone ?? ""}`}>
      <Icon name={icon()} />
      <div>
        <Show when={props.title}>
          <strong>{props.title}</strong>
        </Show>
        {props.children}
      </div>
    </div>
  );
}
