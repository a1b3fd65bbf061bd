import { For, Show } from "solid-js";
import { call } from "../../api/call";
import { createLoad } from "../../load/createLoad";
import { Empty } from "../../parts/Empty";
import { Loaded } from "../../parts/Loaded";
import { Time } from "../../parts/Time";
import { eventWords } from "../../parts/eventWords";

/** What happened to the operator's account. */
export function ActivityCard() {
  const activity = createLoad(
    () => true,
    (_, signal) => call("GET /activity", { signal }),
  );
  return (
    <section class="card" aria-labelledby="activity">
      <div class="card-head">
        <div>
          <h2 id="activity">Activity</h2>
          <p>The last hundred things that happened to your account. If one wasn’t you, end all other sessions.</p>
        </div>
      </div>
      <Loaded load={activity} lines={4}>
        {(rows) => (
          <Show
            when={rows().length > 0}
            fallback={<Empty title="Nothing yet">Sign-ins and changes show up here.</Empty>}
          >
            <ol class="timeline" tabindex="0" aria-label="Newest first">
              <For each={rows()}>
                {(row) => (
                  <li data-failed={row.error !== undefined}>
                    <span class="main">{eventWords(row.type)}</span>
                    <Show when={row.error}>
                      <code>{row.error}</code>
                    </Show>
                    <span class="quiet small">
                      {[row.device, row.source_ip].filter(Boolean).join(" · ")} · <Time at={row.at} />
                    </span>
                  </li>
                )}
              </For>
            </ol>
          </Show>
        )}
      </Loaded>
    </section>
  );
}
