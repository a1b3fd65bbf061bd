import { createSignal } from "solid-js";
import { call } from "../api/call";
import { createAction } from "../load/createAction";
import { askForPasskey } from "../passkeys/askForPasskey";
import { Problem } from "../problems/Problem";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { ProblemNotice } from "../parts/ProblemNotice";
import { setSession } from "./session";

interface Question {
  readonly shown: () => void;
  readonly refused: () => void;
}

const [question, setQuestion] = createSignal<Question>();

/**
 * Runs an action that the server may want a passkey for: one that can't be undone, or that shows a secret. If it does,
 * the person is asked to show one, and the action is run again. Rejects with `cancelled` where they don't.
 */
export async function withFreshPasskey<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code !== "fresh_passkey_needed") throw thrown;
  }
  await new Promise<void>((resolve, reject) => {
    setQuestion({ shown: resolve, refused: () => reject(new Problem("cancelled")) });
  });
  return action();
}

/** The question itself; once on the page. */
export function FreshPasskeyDialog() {
  const action = createAction();
  const close = (end: keyof Question) => {
    const asked = question();
    setQuestion(undefined);
    action.clear();
    asked?.[end]();
  };
  const confirm = async () => {
    const well = await action.run(async (signal) => {
      const { options } = await call("POST /step-up/begin");
      const credential = await askForPasskey(options, { signal });
      setSession(await call("POST /step-up/finish", { body: { credential } }));
    });
    if (well) close("shown");
  };
  return (
    <Dialog
      open={question() !== undefined}
      above
      title="Confirm that it’s you"
      description="This can’t be undone or shows a secret, so it needs your passkey again. It then holds for five minutes."
      onClose={() => close("refused")}
    >
      <ProblemNotice problem={action.problem()} />
      <div class="buttons end">
        <Button onClick={() => close("refused")}>Cancel</Button>
        <Button kind="primary" busy={action.busy()} onClick={() => void confirm()}>
          Use a passkey
        </Button>
      </div>
    </Dialog>
  );
}
