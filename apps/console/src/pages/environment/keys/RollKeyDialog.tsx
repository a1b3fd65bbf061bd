import { createEffect, createSignal, on, Show } from "solid-js";
import { call } from "../../../api/call";
import type { ApiKey, ApiKeyCreated } from "../../../api/types";
import { createAction } from "../../../load/createAction";
import { Button } from "../../../parts/Button";
import { Dialog } from "../../../parts/Dialog";
import { Notice } from "../../../parts/Notice";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { SelectField } from "../../../parts/SelectField";
import { memberComplaint } from "../../../problems/memberComplaint";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { ExpiryField } from "./ExpiryField";
import { NewKey } from "./NewKey";

// In seconds, as the server wants them.
const OVERLAPS = [
  ["0", "Not at all: it stops now"],
  ["3600", "An hour"],
  ["86400", "A day"],
  ["604800", "A week"],
  ["2592000", "30 days"],
] as const;

type Overlap = (typeof OVERLAPS)[number][0];

interface RollKeyDialogProps {
  /** The key to replace; undefined while there is none. */
  readonly rolls: ApiKey | undefined;
  readonly tenantId: string;
  readonly onCreated: (key: ApiKeyCreated) => void;
  readonly onClose: () => void;
}

/** Replaces a key by another, and shows the other's secret, once. The old one goes on for as long as is chosen. */
export function RollKeyDialog(props: RollKeyDialogProps) {
  const action = createAction();
  const [overlap, setOverlap] = createSignal<Overlap>("86400");
  const [expiresAt, setExpiresAt] = createSignal<string>();
  const [created, setCreated] = createSignal<ApiKeyCreated>();
  createEffect(
    on(
      () => props.rolls,
      (key) => {
        if (!key) return;
        setOverlap("86400");
        setExpiresAt(undefined);
        setCreated(undefined);
        action.clear();
      },
    ),
  );
  const name = () => props.rolls?.name ?? "";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const rolled = props.rolls;
    if (!rolled) return;
    void action.run(async () => {
      const path = { tenant_id: props.tenantId, secret_id: rolled.id };
      const body = { overlap_seconds: Number(overlap()), expires_at: expiresAt() ?? null };
      const key = await withFreshPasskey(() =>
        call("POST /environments/{tenant_id}/api-keys/{secret_id}/roll", { path, body }),
      );
      setCreated(key);
      props.onCreated(key);
    });
  };
  return (
    <Dialog
      open={props.rolls !== undefined}
      large
      insistent={created() !== undefined}
      title={created() ? "Your new API key" : `Roll ${name()}`}
      description={
        created()
          ? "This is the only time it is shown. Put it where your backend reads its secrets, never into a page."
          : "Makes a second key, and lets the old one expire. While both work, nothing stops."
      }
      onClose={props.onClose}
    >
      <Show
        when={created()}
        fallback={
          <form class="form" onSubmit={submit}>
            <SelectField
              label="The old key goes on for"
              value={overlap()}
              options={OVERLAPS}
              onChange={setOverlap}
              hint="Time to deploy the new one. Revoke the old one earlier if you are done earlier."
            />
            <Show when={overlap() === "0"}>
              <Notice tone="warn">
                <p>
                  Calls with the old key are refused within a second: right if it got out, an outage if it is in use.
                </p>
              </Notice>
            </Show>
            <ExpiryField
              value={expiresAt()}
              onChange={setExpiresAt}
              complaint={memberComplaint(action.problem(), "expires_at")}
            />
            <ProblemNotice problem={memberComplaint(action.problem(), "expires_at") ? undefined : action.problem()} />
            <div class="buttons end">
              <Button onClick={props.onClose}>Cancel</Button>
              <Button kind={overlap() === "0" ? "destroy" : "primary"} type="submit" busy={action.busy()}>
                Roll key
              </Button>
            </div>
          </form>
        }
      >
        {(key) => (
          <NewKey value={key()} tenantId={props.tenantId} onClose={props.onClose}>
            <Show when={overlap() !== "0"}>
              <Notice>
                <p>
                  Deploy it. Once “last used” of {name()} stands still, nothing uses it any more, and you can revoke it.
                </p>
              </Notice>
            </Show>
          </NewKey>
        )}
      </Show>
    </Dialog>
  );
}
