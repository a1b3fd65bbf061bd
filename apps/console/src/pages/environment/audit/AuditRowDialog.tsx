import { A } from "@solidjs/router";
import { Show } from "solid-js";
import type { AuditLog } from "../../../api/types";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { Dialog } from "../../../parts/Dialog";
import { eventWords } from "../../../parts/eventWords";
import { Id } from "../../../parts/Id";
import { Time } from "../../../parts/Time";
import { useEnvironment } from "../environmentContext";

/** A row in words, and with all its members. */
export function AuditRowDialog(props: { readonly row: AuditLog | undefined; readonly onClose: () => void }) {
  const { tenantId } = useEnvironment();
  return (
    <Dialog
      open={props.row !== undefined}
      large
      title={props.row ? eventWords(props.row.type) : ""}
      description={<Show when={props.row}>{(row) => <Time at={row().created_at} exact />}</Show>}
      onClose={props.onClose}
    >
      <Show when={props.row}>
        {(row) => (
          <>
            <dl class="row-facts">
              <Show when={row().error}>
                {(error) => (
                  <>
                    <dt>Why it failed</dt>
                    <dd>
                      <code>{error()}</code>
                    </dd>
                  </>
                )}
              </Show>
              <Show when={row().actor_user_id}>
                {(actor) => (
                  <>
                    <dt>User</dt>
                    <dd>
                      <A href={`/environments/${tenantId()}/users?q=${encodeURIComponent(actor())}`}>{actor()}</A>
                    </dd>
                  </>
                )}
              </Show>
              <Show when={row().credential_id}>
                {(credential) => (
                  <>
                    <dt>Passkey</dt>
                    <dd>
                      <Id value={credential()} what="credential ID" />
                    </dd>
                  </>
                )}
              </Show>
              <dt>From</dt>
              <dd>
                <code>{row().meta_source_ip}</code>
                <span class="quiet small">{row().meta_user_agent}</span>
              </dd>
            </dl>
            <details>
              <summary>As JSON</summary>
              <CodeBlock code={JSON.stringify(row(), null, 2)} what="Row" />
            </details>
          </>
        )}
      </Show>
      <div class="buttons end">
        <Button kind="primary" onClick={props.onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
