import { Match, Switch } from "solid-js";
import type { Webhook } from "../../../api/types";
import { Badge } from "../../../parts/Badge";
import { plural } from "../../../parts/plural";

/** Whether a webhook hears, and how well. */
export function WebhookStateBadge(props: { readonly webhook: Webhook }) {
  return (
    <Switch fallback={<Badge tone="accent">Enabled</Badge>}>
      <Match when={props.webhook.state === "gone"}>
        <Badge tone="wrong">Gone: it answered 410</Badge>
      </Match>
      <Match when={props.webhook.state === "disabled"}>
        <Badge>Disabled</Badge>
      </Match>
      <Match when={props.webhook.failures > 0}>
        <Badge tone="warn">{plural(props.webhook.failures, "failure")} in a row</Badge>
      </Match>
    </Switch>
  );
}
