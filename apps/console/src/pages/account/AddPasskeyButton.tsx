import { call } from "../../api/call";
import { createAction } from "../../load/createAction";
import { announce } from "../../parts/announce";
import { Button } from "../../parts/Button";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { createPasskey } from "../../passkeys/createPasskey";
import { withFreshPasskey } from "../../session/freshPasskey";
import { refreshSession } from "../../session/refreshSession";

interface AddPasskeyButtonProps {
  readonly kind: "primary" | "plain";
  readonly onAdded: () => void;
}

/** Adds a passkey to the account. */
export function AddPasskeyButton(props: AddPasskeyButtonProps) {
  const action = createAction();
  const add = () =>
    action.run(async (signal) => {
      const { options } = await withFreshPasskey(() => call("POST /passkeys/begin"));
      const credential = await createPasskey(options, signal);
      const passkey = await call("POST /passkeys/finish", { body: { credential } });
      announce(`Added ${passkey.name}`);
      await refreshSession();
      props.onAdded();
    });
  return (
    <div class="stack tight">
      <div class="buttons">
        <Button kind={props.kind} busy={action.busy()} onClick={() => void add()}>
          Add a passkey
        </Button>
      </div>
      <ProblemNotice problem={action.problem()} />
    </div>
  );
}
