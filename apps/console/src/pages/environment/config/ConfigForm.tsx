import { Show, type Accessor, type JSX } from "solid-js";
import type { TenantConfig } from "../../../api/types";
import { Loaded } from "../../../parts/Loaded";
import { Notice } from "../../../parts/Notice";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";
import { ConfigJson } from "./ConfigJson";
import type { ConfigDraft } from "./createConfig";
import { LeaveDialog } from "./LeaveDialog";
import { SaveBar } from "./SaveBar";

interface ConfigFormProps {
  readonly config: ConfigDraft;
  /** What stands before the fields, and isn't saved with them. */
  readonly before?: JSX.Element;
  readonly after?: JSX.Element;
  readonly children: (draft: Accessor<TenantConfig>) => JSX.Element;
}

/** Fields of a configuration with its JSON beside, and the bar that saves them. */
export function ConfigForm(props: ConfigFormProps) {
  const { role } = useEnvironment();
  return (
    <Loaded load={props.config.tenant} lines={10}>
      {() => (
        <Show when={props.config.draft()}>
          {(draft) => (
            <div class="with-aside">
              <div class="sections">
                {props.before}
                <Show when={role() !== undefined && roleNeeded(role(), "admin")}>
                  <Notice>
                    <p>You can look at these settings. Changing them needs the role admin or owner.</p>
                  </Notice>
                </Show>
                <Show when={!props.config.isShown()}>
                  <Notice tone="warn">
                    <p>
                      The form can’t show what the JSON says now, and shows what it said before. Mend the JSON to go on
                      here.
                    </p>
                  </Notice>
                </Show>
                <div class="sections config-fields" inert={!props.config.isShown()}>
                  {props.children(draft)}
                </div>
                <SaveBar config={props.config} />
                {props.after}
              </div>
              <ConfigJson config={props.config} />
              <LeaveDialog isChanged={props.config.isChanged()} />
            </div>
          )}
        </Show>
      )}
    </Loaded>
  );
}
