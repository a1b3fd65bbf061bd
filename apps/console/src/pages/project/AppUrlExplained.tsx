import { For, Show } from "solid-js";
import type { Derivation } from "../../api/types";
import { kindWords } from "../../layout/kindWords";

/** What follows from an app's URL: what passkeys are bound to, and which pages may use them. */
export function AppUrlExplained(props: { readonly derivation: Derivation | undefined }) {
  const fine = () => (props.derivation?.rp_id !== undefined && !props.derivation.problem ? props.derivation : undefined);
  return (
    <div class="derived" aria-live="polite">
      <Show
        when={fine()}
        fallback={
          <p class="quiet small">
            Here you will see what passkeys get bound to, and which pages may use them.
          </p>
        }
      >
        {(found) => (
          <>
            <dl>
              <dt>Environment</dt>
              <dd>{kindWords(found().kind)}</dd>
              <dt>Passkeys are bound to</dt>
              <dd>
                <code>{found().rp_id}</code>
              </dd>
              <dt>Pages that may use them</dt>
              <dd>
                <For each={found().origins}>{(origin) => <code>{origin}</code>}</For>
              </dd>
              <dt>May call from the browser</dt>
              <dd>
                <For each={found().cors}>{(origin) => <code>{origin}</code>}</For>
              </dd>
            </dl>
            <ul>
              <For each={found().notes}>{(note) => <li>{note.message}</li>}</For>
            </ul>
          </>
        )}
      </Show>
    </div>
  );
}
