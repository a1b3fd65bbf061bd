import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { createSignal, Show, type JSX } from "solid-js";

interface MenuProps {
  /** What the button is called. */
  readonly label: string;
  readonly triggerClass: string;
  readonly trigger: JSX.Element;
  readonly children: JSX.Element;
}

/** A button that opens a menu. */
export function Menu(props: MenuProps) {
  const [open, setOpen] = createSignal(false);
  return (
    <DropdownMenu
      open={open()}
      onOpenChange={setOpen}
      gutter={6}
      placement="bottom-start"
      preventScroll={false}
      modal={false}
      fitViewport
    >
      <DropdownMenu.Trigger class={props.triggerClass} aria-label={props.label}>
        {props.trigger}
      </DropdownMenu.Trigger>
      {/* In its place rather than at the page's end: what is outside of all landmarks is hard to find. Made when it opens:
          Kobalte gives the focus to what is there when its content is made. */}
      <Show when={open()}>
        <DropdownMenu.Content class="menu">{props.children}</DropdownMenu.Content>
      </Show>
    </DropdownMenu>
  );
}
