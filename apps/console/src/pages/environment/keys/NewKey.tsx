import { Show, type JSX } from "solid-js";
import type { ApiKeyCreated } from "../../../api/types";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { CopyButton } from "../../../parts/CopyButton";
import { exactTime } from "../../../parts/exactTime";
import { consoleState } from "../../../session/session";
import { envFile } from "./envFile";

interface NewKeyProps {
  readonly value: ApiKeyCreated;
  readonly tenantId: string;
  /** What to do now, where it isn't plain. */
  readonly children?: JSX.Element;
  readonly onClose: () => void;
}

/** A key's secret, shown once, with the `.env` to go with it. */
export function NewKey(props: NewKeyProps) {
  return (
    <>
      <div class="secret">
        <code>{props.value.secret}</code>
        <CopyButton value={props.value.secret} what="API key" />
      </div>
      <Show when={props.value.expires_at}>{(at) => <p class="quiet">It expires on {exactTime(at())}.</p>}</Show>
      <div class="stack tight">
        <h3>The backend’s .env, ready to paste</h3>
        <CodeBlock what=".env" code={envFile(consoleState()?.public_url ?? "", props.tenantId, props.value.secret)} />
      </div>
      {props.children}
      <div class="buttons end">
        <Button kind="primary" onClick={props.onClose}>
          I have saved it
        </Button>
      </div>
    </>
  );
}
