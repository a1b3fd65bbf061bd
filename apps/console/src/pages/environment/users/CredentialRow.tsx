import { Show } from "solid-js";
import { call } from "../../../api/call";
import type { Credential, Role } from "../../../api/types";
import { createLoad } from "../../../load/createLoad";
import { AuthenticatorIcon } from "../../../parts/AuthenticatorIcon";
import { Badge } from "../../../parts/Badge";
import { Button } from "../../../parts/Button";
import { Id } from "../../../parts/Id";
import { plural } from "../../../parts/plural";
import { StorageBadge } from "../../../parts/StorageBadge";
import { Time } from "../../../parts/Time";
import { roleNeeded } from "../../../session/roleNeeded";

interface CredentialRowProps {
  readonly credential: Credential;
  readonly tenantId: string;
  readonly role: Role | undefined;
  readonly onRename: () => void;
  readonly onDelete: () => void;
}

const NO_MAKE = "00000000-0000-0000-0000-000000000000";

/** One passkey: what it is kept on, since when, and what can be done with it. */
export function CredentialRow(props: CredentialRowProps) {
  // A list has no pictures; each is asked for by itself, and only where the make is told.
  const whole = createLoad(
    () => (props.credential.aaguid === NO_MAKE ? undefined : props.credential.id),
    (credential_id, signal) =>
      call("GET /environments/{tenant_id}/credentials/{credential_id}", {
        path: { tenant_id: props.tenantId, credential_id },
        signal,
      }),
  );
  const name = () => props.credential.name ?? "Unnamed";
  return (
    <li>
      <AuthenticatorIcon src={whole.value()?.authenticator_icon} />
      <div class="stack tight">
        <div class="buttons">
          <span class="main">{name()}</span>
          <Show when={props.credential.storage}>{(storage) => <StorageBadge storage={storage()} />}</Show>
          <Show when={props.credential.is_mfa}>
            <Badge>Second factor</Badge>
          </Show>
        </div>
        <p class="quiet small">
          <Show when={props.credential.authenticator !== name() && props.credential.authenticator}>
            {(make) => <>{make()} · </>}
          </Show>
          Created <Time at={props.credential.created_at} />
          <Show when={props.credential.registered_on}>{(device) => <> with {device()}</>}</Show>
          <Show when={props.credential.last_used_at} fallback=" · never used">
            {(at) => (
              <>
                {" · last used "}
                <Time at={at()} />
              </>
            )}
          </Show>
          <Show
            when={props.credential.last_used_on !== props.credential.registered_on && props.credential.last_used_on}
          >
            {(device) => <> with {device()}</>}
          </Show>
          <Show when={props.credential.use_count}>{(count) => <> · {plural(count(), "use")}</>}</Show>
        </p>
        <Id value={props.credential.id} what="credential ID" short />
      </div>
      <div class="buttons">
        <Button
          size="small"
          kind="quiet"
          label={`Rename ${name()}`}
          unavailable={roleNeeded(props.role, "developer")}
          onClick={props.onRename}
        >
          Rename
        </Button>
        <Button
          size="small"
          kind="danger"
          label={`Delete ${name()}`}
          unavailable={roleNeeded(props.role, "admin")}
          onClick={props.onDelete}
        >
          Delete
        </Button>
      </div>
    </li>
  );
}
