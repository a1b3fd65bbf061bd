import { A } from "@solidjs/router";
import { createMemo, For, Show } from "solid-js";
import { call } from "../../../api/call";
import type { Insights } from "../../../api/types";
import { createLoad } from "../../../load/createLoad";
import { useEnvironment } from "../environmentContext";
import { lastDays } from "../insights/lastDays";

const DAYS = 7;
const NUMBER = new Intl.NumberFormat("en");
const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

/** How an app that runs has fared lately, in four numbers; the rest is on the page of insights. */
export function LastDays() {
  const { tenantId } = useEnvironment();
  const insights = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/insights", { path: { tenant_id }, query: lastDays(DAYS), signal }),
  );
  const figures = createMemo(() => {
    const value = insights.value();
    return value && figuresOf(value);
  });
  return (
    <section class="card" aria-labelledby="last-days">
      <div class="card-head">
        <h2 id="last-days">Last {DAYS} days</h2>
        <A href={`/environments/${tenantId()}/insights`}>Insights</A>
      </div>
      <dl class="figures">
        <For each={["Sign-ins", "Registrations", "Sign-ins refused", "Synced passkeys"] as const}>
          {(name) => (
            <div>
              <dt>{name}</dt>
              <dd>
                {/* Has its height before it is known. */}
                <Show when={figures()} fallback="–">
                  {(known) => known()[name]}
                </Show>
              </dd>
            </div>
          )}
        </For>
      </dl>
    </section>
  );
}

function figuresOf({ days, funnels, storage }: Insights) {
  const sum = (of: "logins" | "registrations") => days.reduce((total, day) => total + day[of], 0);
  const passkeys = storage.synced + storage.syncable + storage.device_bound;
  return {
    "Sign-ins": NUMBER.format(sum("logins")),
    Registrations: NUMBER.format(sum("registrations")),
    "Sign-ins refused": NUMBER.format(funnels.find(({ ceremony }) => ceremony === "login")?.failed ?? 0),
    "Synced passkeys": passkeys === 0 ? "–" : PERCENT.format(storage.synced / passkeys),
  };
}
