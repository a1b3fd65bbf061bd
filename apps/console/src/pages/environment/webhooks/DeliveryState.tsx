import { Match, Show, Switch } from "solid-js";
import type { WebhookDelivery } from "../../../api/types";
import { Badge } from "../../../parts/Badge";
import { Time } from "../../../parts/Time";
import { failureWords } from "./failureWords";

/** Where a delivery is, what the receiver said last, and what comes next. */
export function DeliveryState(props: { readonly delivery: WebhookDelivery }) {
  const last = () => failureWords(props.delivery.last_failure, props.delivery.last_status);
  return (
    <>
      <Switch>
        <Match when={props.delivery.status === "delivered"}>
          <Badge tone="accent">Delivered</Badge>
        </Match>
        <Match when={props.delivery.status === "dead"}>
          <Badge tone="wrong">Given up</Badge>
        </Match>
        <Match when={props.delivery.attempts === 0}>
          <Badge>Waiting</Badge>
        </Match>
        <Match when={true}>
          <Badge tone="warn">Failing</Badge>
        </Match>
      </Switch>
      <Show when={last()}>{(words) => <span class="under">{words()}</span>}</Show>
      <Show when={props.delivery.status === "pending" && props.delivery.attempts > 0 && props.delivery.next_attempt_at}>
        {(at) => (
          <span class="under">
            Next attempt <Time at={at()} />
          </span>
        )}
      </Show>
    </>
  );
}
