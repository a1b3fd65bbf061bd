import { Show } from "solid-js";
import { Icon } from "./Icon";

/** The picture of an authenticator's make, or a plain passkey where there is none. */
export function AuthenticatorIcon(props: { readonly src?: string | undefined }) {
  return (
    <span class="authenticator">
      <Show
        when={props.src?.startsWith("data:image/") ? props.src : undefined}
        fallback={<Icon name="passkey" size={18} />}
      >
        {(src) => <img src={src()} alt="" width="20" height="20" />}
      </Show>
    </span>
  );
}
