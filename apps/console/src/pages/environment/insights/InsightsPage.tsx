import { useSearchParams } from "@solidjs/router";
import { createMemo, For } from "solid-js";
import { call } from "../../../api/call";
import { PageHeading } from "../../../layout/PageHeading";
import { createLoad } from "../../../load/createLoad";
import { Loaded } from "../../../parts/Loaded";
import { useEnvironment } from "../environmentContext";
import { DayChart } from "./DayChart";
import { Funnel } from "./Funnel";
import { Shares } from "./Shares";

const RANGES = [
  [7, "7 days"],
  [30, "30 days"],
  [90, "90 days"],
  [365, "1 year"],
] as const;
const DAY_MS = 86_400_000;

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
    const to = new Date();
    const midnight = new Date(to.getFullYear(), to.getMonth(), to.getDate());
    const from = new Date(midnight.getTime() - (count - 1) * DAY_MS);
    const query = { from: from.toISOString(), to: to.toISOString(), offset: String(-to.getTimezoneOffset()) };
    return call("GET /environments/{tenant_id}/insights", { path: { tenant_id }, query, signal });
  });
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
          <div class="sections">
            <DayChart days={value().days} />
            <section class="card" aria-labelledby="funnels">
              <div class="card-head">
                <div>
                  <h2 id="funnels">From begun to done</h2>
                  <p>
                    With autofill, a sign-in begins with every view of your login page, so many are never finished: that
                    is no failure.
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
        )}
      </Loaded>
    </>
  );
}
