import { Show } from "solid-js";
import type { AuditLog } from "../../../api/types";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { Dialog } from "../../../parts/Dialog";
import { eventWords } from "../../../parts/eventWords";
import { Time } from "../../../parts/Time";

/** A row with all its members. */
export function AuditRowDialog(props: { readonly row: AuditLog | undefined; readonly onClose: () => void }) {
  return (
    <Dialog
      open={props.row !== undefined}
      large
      title={props.row ? eventWords(props.row.type) : ""}
      description={<Show when={props.row}>{(row) => <Time at={row().created_at} exact />}</Show>}
      onClose={props.onClose}
    >
      <CodeBlock code={JSON.stringify(props.row ?? {}, null, 2)} what="Row" />
      <div class="buttons end">
        <Button kind="primary" onClick={props.onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
