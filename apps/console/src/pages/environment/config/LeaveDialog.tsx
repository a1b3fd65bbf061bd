import { useBeforeLeave } from "@solidjs/router";
import { createEffect, createSignal, onCleanup } from "solid-js";
import { Button } from "../../../parts/Button";
import { Dialog } from "../../../parts/Dialog";

/** Asks before a changed configuration is left behind; where the tab itself is closed, the browser asks. */
export function LeaveDialog(props: { readonly isChanged: boolean }) {
  const [leave, setLeave] = createSignal<() => void>();
  useBeforeLeave((event) => {
    if (!props.isChanged || event.defaultPrevented) return;
    event.preventDefault();
    setLeave(() => () => event.retry(true));
  });
  createEffect(() => {
    if (!props.isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    onCleanup(() => window.removeEventListener("beforeunload", ask));
  });
  const stay = () => setLeave(undefined);
  return (
    <Dialog
      open={leave() !== undefined}
      title="Leave without saving?"
      description="What you changed here isn’t saved yet."
      onClose={stay}
    >
      <div class="buttons end">
        <Button onClick={stay}>Stay</Button>
        <Button
          kind="destroy"
          onClick={() => {
            const go = leave();
            stay();
            go?.();
          }}
        >
          Leave
        </Button>
      </div>
    </Dialog>
  );
}
