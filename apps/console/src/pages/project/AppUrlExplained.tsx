import { For, Show } from "solid-js";
import type { Derivation } from "../../api/types";
import { kindWords } from "../../layout/kindWords";

/** What follows from an app's URL: what passkeys are bound to, and which pages may use them. */
export function AppUrlExplained(props: { readonly url: string; readonly derivation: Derivation | undefined }) {
  const fine = () =>
    props.derivation?.rp_id !== undefined && !props.derivation.problem ? props.derivation : undefined;
  return (
    <div class="derived" aria-live="polite">
      <Show
        when={fine()}
        fallback={
          <Show when={props.url.trim() === "" || props.derivation}>
            <div class="stack tight quiet small">
              <p>Here you will see what passkeys get bound to, and which pages may use them. For example:</p>
              <ul>
                <li>
                  <code>http://localhost:5173</code> is for development: passkeys of localhost, on your own machine.
                </li>
                <li>
                  <code>https://app.example.com</code> binds them to example.com: pages of that domain can share them.
                </li>
                <li>An address such as 192.0.2.7 can’t have passkeys: browsers want a name, and https.</li>
              </ul>
            </div>
          </Show>
        }
      >
        {(found) => (
          <>
            <dl>
              <Show when={found().kind}>
                {(kind) => (
                  <>
                    <dt>Environment</dt>
                    <dd>{kindWords(kind())}</dd>
                  </>
                )}
              </Show>
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
