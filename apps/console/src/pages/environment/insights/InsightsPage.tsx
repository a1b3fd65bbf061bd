import { A, useSearchParams } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import { call } from "../../../api/call";
import type { Insights } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { createLoad } from "../../../load/createLoad";
import { Empty } from "../../../parts/Empty";
import { Loaded } from "../../../parts/Loaded";
import { useEnvironment } from "../environmentContext";
import { DayChart } from "./DayChart";
import { Funnel } from "./Funnel";
import { lastDays } from "./lastDays";
import { Shares } from "./Shares";

const RANGES = [
  [7, "7 days"],
  [30, "30 days"],
  [90, "90 days"],
  [365, "1 year"],
] as const;

const CEREMONIES: Partial<Record<string, string>> = {
  registration: "Registrations",
  login: "Sign-ins",
  mfa_registration: "Second factors registered",
  mfa_login: "Second factors shown",
  transaction: "Transactions",
};

/** How passkeys are used here: per day, from begun to done, and with what. */
export function InsightsPage() {
  const { tenantId } = useEnvironment();
  const [search, setSearch] = useSearchParams();
  const days = () => RANGES.find(([count]) => String(count) === search.days)?.[0] ?? 30;
  const source = createMemo(() => ({ tenant_id: tenantId(), days: days() }));
  const insights = createLoad(source, ({ tenant_id, days: count }, signal) => {
    const query = lastDays(count);
    return call("GET /environments/{tenant_id}/insights", { path: { tenant_id }, query, signal });
  });
  const isEmpty = ({ days: all, funnels, storage }: Insights) =>
    all.every(({ logins, registrations }) => logins + registrations === 0) &&
    funnels.every(({ begun, done, failed }) => begun + done + failed === 0) &&
    storage.synced + storage.syncable + storage.device_bound === 0;
  return (
    <>
      <PageHeading
        title="Insights"
        actions={
          <fieldset class="segments">
            <legend class="sr">Range</legend>
            <For each={RANGES}>
              {([count, text]) => (
                <label>
                  <input
                    type="radio"
                    name="range"
                    checked={days() === count}
                    onChange={() => setSearch({ days: String(count) }, { replace: true })}
                  />
                  <span>{text}</span>
                </label>
              )}
            </For>
          </fieldset>
        }
      >
        How your users fare with their passkeys. Days are those of your time zone.
      </PageHeading>
      <Loaded load={insights} lines={10}>
        {(value) => (
          <Show
            when={!isEmpty(value())}
            fallback={
              <div class="card">
                <Empty
                  title="Nothing to count yet"
                  actions={
                    <A href={`/environments/${tenantId()}`} class="button primary">
                      To the integration guide
                    </A>
                  }
                >
                  Sign-ins, registrations and failures are counted here from your app’s first call on.
                </Empty>
              </div>
            }
          >
            <div class="sections">
              <DayChart days={value().days} />
              <section class="card" aria-labelledby="funnels">
                <div class="card-head">
                  <div>
                    <h2 id="funnels">From begun to done</h2>
                    <p>
                      Begun: your app asked for options. Answered: the device’s response came back. Succeeded: it was
                      right. With autofill every view of your login page begins a sign-in, so most are never answered:
                      that is no failure.
                    </p>
                  </div>
                </div>
                <div class="funnels">
                  <For
                    each={value().funnels.filter(
                      ({ ceremony, begun, done, failed }) =>
                        ceremony === "login" || ceremony === "registration" || begun + done + failed > 0,
                    )}
                  >
                    {(funnel) => (
                      <Funnel
                        title={CEREMONIES[funnel.ceremony] ?? funnel.ceremony}
                        begun={funnel.begun}
                        done={funnel.done}
                        failed={funnel.failed}
                      />
                    )}
                  </For>
                </div>
              </section>
              <div class="halves">
                <Shares
                  title="Failures by code"
                  words="What was refused at the end of a ceremony, and why."
                  empty="None in this range."
                  parts={value().failures.map(({ ceremony, code, count }) => ({ name: code, under: ceremony, count }))}
                />
                <Shares
                  title="Where passkeys are kept"
                  words="Synced ones survive a lost device."
                  empty="No passkeys yet."
                  parts={[
                    { name: "Synced", count: value().storage.synced },
                    { name: "Not synced yet", count: value().storage.syncable },
                    { name: "On one device", count: value().storage.device_bound },
                  ].filter(({ count }) => count > 0)}
                />
                <Shares
                  title="Authenticators"
                  words="The makes of the passkeys registered."
                  empty="No passkeys yet."
                  parts={value().authenticators}
                />
                <Shares
                  title="Browsers"
                  words="What passkeys are used with."
                  empty="No use yet."
                  parts={value().browsers}
                />
              </div>
            </div>
          </Show>
        )}
      </Loaded>
    </>
  );
}
