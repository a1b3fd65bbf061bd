import { createEffect, createSignal, on, Show, type JSX } from "solid-js";
import { createAction } from "../load/createAction";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Field } from "./Field";
import { ProblemNotice } from "./ProblemNotice";

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly title: string;
  /** What will be gone, and for whom. */
  readonly consequences: JSX.Element;
  /** What the button says: a verb and its object. */
  readonly verb: string;
  /** What has to be typed first, where it is worth a pause. */
  readonly typed?: string;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something that can't be undone. Closes by itself when it went well. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const action = createAction();
  const [typed, setTyped] = createSignal("");
  createEffect(
    on(
      () => props.open,
      () => {
        setTyped("");
        action.clear();
      },
    ),
  );
  const missing = () =>
    props.typed !== undefined && typed() !== props.typed ? `Type ${props.typed} first` : undefined;
  const confirm = async (event: SubmitEvent) => {
    event.preventDefault();
    if (missing() !== undefined) return;
    if (await action.run(() => props.onConfirm())) props.onClose();
  };
  return (
    <Dialog open={props.open} title={props.title} description={props.consequences} onClose={props.onClose}>
      <form class="form" onSubmit={(event) => void confirm(event)}>
        <Show when={props.typed !== undefined}>
          <Field label={`Type “${props.typed}” to confirm`} value={typed()} onInput={setTyped} />
        </Show>
        <ProblemNotice problem={action.problem()} />
        <div class="buttons end">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button kind="destroy" type="submit" busy={action.busy()} unavailable={missing()}>
            {props.verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
