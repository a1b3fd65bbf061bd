import { Show } from "solid-js";
import type { TenantConfig } from "../../../api/types";
import { CheckField } from "../../../parts/CheckField";
import { Field } from "../../../parts/Field";

type RateLimit = NonNullable<TenantConfig["rate_limit"]>;

const FIRST: RateLimit = { requests_per_minute: 60, burst: 30 };

interface RateLimitCardProps {
  readonly value: RateLimit | null | undefined;
  readonly onChange: (value: RateLimit | null) => void;
  /** What is wrong with a member of the configuration. */
  readonly complaint: (member: string) => string | undefined;
}

/** How often one address may call what needs no API key. */
export function RateLimitCard(props: RateLimitCardProps) {
  // The server judges both together.
  const complaint = (member: keyof RateLimit) =>
    props.complaint(`rate_limit.${member}`) ?? props.complaint("rate_limit");
  return (
    <section class="card" aria-labelledby="rate-limit">
      <div class="card-head">
        <div>
          <h2 id="rate-limit">Rate limit</h2>
          <p>For each address, on what needs no API key. Calls of your backend aren’t limited by it.</p>
        </div>
      </div>
      <div class="card-body form">
        <CheckField
          label="A limit of this environment’s own"
          checked={props.value !== null && props.value !== undefined}
          onChange={(wanted) => props.onChange(wanted ? FIRST : null)}
          hint="Beside the server’s: a call has to pass both, so it can only be stricter."
        />
        <Show when={props.value}>
          {(limit) => (
            <div class="form two">
              <Field
                label="Requests a minute"
                type="number"
                min={1}
                max={60_000}
                value={String(limit().requests_per_minute)}
                onInput={(count) => props.onChange({ ...limit(), requests_per_minute: Number(count) })}
                complaint={complaint("requests_per_minute")}
                hint="In the long run. Many people behind one address share it: an office, a phone network. 1 to 60,000."
              />
              <Field
                label="At once"
                type="number"
                min={1}
                max={10_000}
                value={String(limit().burst)}
                onInput={(count) => props.onChange({ ...limit(), burst: Number(count) })}
                complaint={complaint("burst")}
                hint="How many may come together after a pause. 1 to 10,000."
              />
            </div>
          )}
        </Show>
      </div>
    </section>
  );
}
