import type { JSX } from "solid-js";

export function Badge(props: { readonly tone?: "accent" | "warn" | "wrong"; readonly children: JSX.Element }) {
  return <span class={`badge ${props.tone ?? ""}`}>{props.children}</span>;
}
