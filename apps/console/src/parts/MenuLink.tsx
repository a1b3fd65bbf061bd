import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { useNavigate } from "@solidjs/router";
import { Show, type JSX } from "solid-js";
import { Icon } from "./Icon";

/** A line of a menu that leads to a page. */
export function MenuLink(props: { readonly href: string; readonly current?: boolean; readonly children: JSX.Element }) {
  const navigate = useNavigate();
  return (
    <DropdownMenu.Item class="menu-item" onSelect={() => navigate(props.href)}>
      {props.children}
      <Show when={props.current}>
        <span class="end">
          <Icon name="check" />
          <span class="sr">current</span>
        </span>
      </Show>
    </DropdownMenu.Item>
  );
}
