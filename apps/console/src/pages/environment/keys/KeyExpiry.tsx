import { Match, Switch } from "solid-js";
import type { ApiKey } from "../../../api/types";
import { Badge } from "../../../parts/Badge";
import { Time } from "../../../parts/Time";

const SOON_MS = 14 * 86_400_000;

/** When a key expires, with a warning while there is time to roll it. */
export function KeyExpiry(props: { readonly value: ApiKey }) {
  const at = () => props.value.expires_at;
  const isSoon = () => Date.parse(at() ?? "") - Date.now() < SOON_MS;
  return (
    <Switch fallback={<span class="quiet">Never</span>}>
      <Match when={props.value.state === "expired"}>
        <Badge>Expired</Badge>
      </Match>
      <Match when={isSoon() && at()}>
        {(time) => (
          <Badge tone="warn">
            <Time at={time()} />
          </Badge>
        )}
      </Match>
      <Match when={at()}>{(time) => <Time at={time()} />}</Match>
    </Switch>
  );
}
