import { createSignal, For, Show } from "solid-js";
import { call } from "../../api/call";
import { createAction } from "../../load/createAction";
import { Button } from "../../parts/Button";
import { CopyButton } from "../../parts/CopyButton";
import { Dialog } from "../../parts/Dialog";
import { downloadText } from "../../parts/downloadText";
import { Icon } from "../../parts/Icon";
import { Notice } from "../../parts/Notice";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { withFreshPasskey } from "../../session/freshPasskey";
import { refreshSession } from "../../session/refreshSession";
import { currentSession } from "../../session/session";

/** How many recovery codes are left, and new ones: shown once. */
export function RecoveryCodes() {
  const action = createAction();
  const [codes, setCodes] = createSignal<readonly string[]>([]);
  const left = () => currentSession()?.operator.recovery_codes_left ?? 0;
  const make = () =>
    action.run(async () => {
      const made = await withFreshPasskey(() => call("POST /recovery-codes"));
      setCodes(made.codes);
      await refreshSession();
    });
  const text = () => codes().join("\n");
  return (
    <>
      <div class="option">
        <Icon name="shield" size={20} />
        <div class="stack tight">
          <h2>Recovery codes</h2>
          <p class="quiet">
            <Show when={left() > 0} fallback="Ten codes for a safe place. Each lets you in once, without a passkey.">
              {left()} of 10 codes are left. New ones replace them.
            </Show>
          </p>
        </div>
        <div class="stack tight">
          <div class="buttons">
            <Button busy={action.busy()} onClick={() => void make()}>
              {left() > 0 ? "Make new codes" : "Make recovery codes"}
            </Button>
          </div>
          <ProblemNotice problem={action.problem()} />
        </div>
      </div>
      <Dialog
        open={codes().length > 0}
        insistent
        title="Your recovery codes"
        description="Keep them where your passkeys aren’t: on paper, or in a password manager. They are shown this once."
        onClose={() => setCodes([])}
      >
        <ul class="codes" aria-label="Recovery codes">
          <For each={codes()}>{(code) => <li class="mono">{code}</li>}</For>
        </ul>
        <Notice tone="warn">Whoever has one of these and your email can sign in as you.</Notice>
        <div class="buttons end">
          <CopyButton value={text()} what="all recovery codes" text="Copy" />
          <Button onClick={() => downloadText("passgate-recovery-codes.txt", `${text()}\n`)}>
            <Icon name="download" />
            Download
          </Button>
          <Button kind="primary" onClick={() => setCodes([])}>
            I have saved them
          </Button>
        </div>
      </Dialog>
    </>
  );
}
