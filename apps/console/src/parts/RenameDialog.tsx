import { createEffect, createSignal, on } from "solid-js";
import { createAction } from "../load/createAction";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Field } from "./Field";
import { ProblemNotice } from "./ProblemNotice";

interface RenameDialogProps {
  readonly open: boolean;
  readonly title: string;
  readonly name: string;
  readonly onRename: (name: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Asks for another name. Closes by itself when it went well. */
export function RenameDialog(props: RenameDialogProps) {
  const action = createAction();
  const [name, setName] = createSignal("");
  createEffect(
    on(
      () => props.open,
      (open) => {
        if (open) setName(props.name);
        action.clear();
      },
    ),
  );
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    if (await action.run(() => props.onRename(name().trim()))) props.onClose();
  };
  return (
    <Dialog open={props.open} title={props.title} onClose={props.onClose}>
      <form class="form" onSubmit={(event) => void save(event)}>
        <Field label="Name" value={name()} onInput={setName} required maxLength={128} />
        <ProblemNotice problem={action.problem()} />
        <div class="buttons end">
          <Button onClick={props.onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.busy()}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
