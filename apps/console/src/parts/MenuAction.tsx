import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import type { JSX } from "solid-js";

/** A line of a menu that does something. */
export function MenuAction(props: { readonly onSelect: () => void; readonly children: JSX.Element }) {
  return (
    <DropdownMenu.Item class="menu-item" onSelect={() => props.onSelect()}>
      {props.children}
    </DropdownMenu.Item>
  );
}
