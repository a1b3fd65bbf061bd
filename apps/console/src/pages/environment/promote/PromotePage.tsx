import { createEffect, createMemo, createSignal, For, on, Show } from "solid-js";
import { call } from "../../../api/call";
import { kindWords } from "../../../layout/kindWords";
import { PageHeading } from "../../../layout/PageHeading";
import { createAction } from "../../../load/createAction";
import { createLoad } from "../../../load/createLoad";
import { announce } from "../../../parts/announce";
import { Button } from "../../../parts/Button";
import { CheckField } from "../../../parts/CheckField";
import { Empty } from "../../../parts/Empty";
import { Loaded } from "../../../parts/Loaded";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";

/** What differs from the project's other environment, and taking settings over from it. */
export function PromotePage() {
  const { tenantId, environment, projects, role } = useEnvironment();
  const other = createMemo(() =>
    projects
      .value()
      ?.find(({ id }) => id === environment.value()?.project.id)
      ?.environments.find(({ tenant_id }) => tenant_id !== tenantId()),
  );
  const place = createMemo(() => {
    const from = other()?.tenant_id;
    return from === undefined ? undefined : { tenant_id: tenantId(), from };
  });
  const compared = createLoad(place, ({ tenant_id, from }, signal) =>
    call("GET /environments/{tenant_id}/config/compare", { path: { tenant_id }, query: { from }, signal }),
  );
  const action = createAction();
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  createEffect(on(place, () => setChosen(new Set<string>())));
  const toggle = (member: string, wanted: boolean) =>
    setChosen((before) => {
      const after = new Set(before);
      if (wanted) after.add(member);
      else after.delete(member);
      return after;
    });
  const apart = () => compared.value()?.differences.filter(({ promotable }) => !promotable) ?? [];
  const there = () => kindWords(other()?.kind ?? "development");
  const here = () => kindWords(environment.value()?.kind ?? "production");
  const promote = () =>
    action.run(async () => {
      const from = other()?.tenant_id ?? "";
      const body = { from, members: [...chosen()] };
      const path = { tenant_id: tenantId() };
      await withFreshPasskey(() => call("POST /environments/{tenant_id}/config/promote", { path, body }));
      announce(`Taken over from ${there()}`);
      setChosen(new Set<string>());
      await Promise.all([compared.reload(), environment.reload()]);
    });
  return (
    <>
      <PageHeading title="Promote">
        How {here()} differs from {there()}. Choose what {here()} takes over; domain and origins stay as they are.
      </PageHeading>
      <section class="card" aria-label="Differences">
        <ProblemNotice problem={action.problem()} />
        <Loaded load={compared}>
          {(value) => (
            <Show
              when={value().differences.some(({ promotable }) => promotable)}
              fallback={
                <Empty title="Nothing to take over">
                  {value().differences.length > 0
                    ? `${here()} and ${there()} differ only in what stays apart: what follows from their URLs.`
                    : `${here()} and ${there()} have the same settings.`}
                </Empty>
              }
            >
              <table class="table stacking">
                <thead>
                  <tr>
                    <th scope="col">Setting</th>
                    <th scope="col">Here: {here()}</th>
                    <th scope="col">{there()}</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={value().differences.filter(({ promotable }) => promotable)}>
                    {(difference) => (
                      <tr>
                        <td>
                          <CheckField
                            label={difference.member}
                            checked={chosen().has(difference.member)}
                            onChange={(wanted) => toggle(difference.member, wanted)}
                          />
                        </td>
                        <td data-label={here()}>
                          <Setting value={difference.here} />
                        </td>
                        <td data-label={there()}>
                          <Setting value={difference.there} />
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
              <div class="card-foot">
                <span class="quiet small">{chosen().size} chosen</span>
                <Button
                  kind="primary"
                  size="small"
                  busy={action.busy()}
                  unavailable={
                    roleNeeded(role(), "admin") ?? (chosen().size === 0 ? "Choose a setting first" : undefined)
                  }
                  onClick={() => void promote()}
                >
                  Take over from {there()}
                </Button>
              </div>
            </Show>
          )}
        </Loaded>
      </section>
      <Show when={apart().length > 0}>
        <section class="card apart" aria-labelledby="apart">
          <div class="card-head">
            <div>
              <h2 id="apart">Stays apart</h2>
              <p>What follows from each environment’s URL.</p>
            </div>
          </div>
          <table class="table stacking">
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">Here: {here()}</th>
                <th scope="col">{there()}</th>
              </tr>
            </thead>
            <tbody>
              <For each={apart()}>
                {(difference) => (
                  <tr>
                    <td>
                      <code>{difference.member}</code>
                    </td>
                    <td data-label={here()}>
                      <Setting value={difference.here} />
                    </td>
                    <td data-label={there()}>
                      <Setting value={difference.there} />
                    </td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </section>
      </Show>
    </>
  );
}

function Setting(props: { readonly value: unknown }) {
  return (
    <Show when={props.value !== undefined && props.value !== null} fallback={<span class="quiet">Not set</span>}>
      <code class="break">{JSON.stringify(props.value)}</code>
    </Show>
  );
}
