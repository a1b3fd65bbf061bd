import { Show } from "solid-js";
import type { Environment } from "../../api/types";
import { Id } from "../../parts/Id";

/** Says at all times which environment this is. Has its height before that is known. */
export function EnvironmentBar(props: { readonly environment: Environment | undefined }) {
  return (
    <div class={`environment-bar ${props.environment?.kind ?? "development"}`} role="region" aria-label="Environment">
      <Show when={props.environment}>
        {(environment) => (
          <>
            <strong>{environment().kind === "production" ? "Production: real users" : "Development"}</strong>
            <span class="where">{environment().app_url ?? "No app URL yet"}</span>
            <span class="end">
              <span class="sr">Tenant ID</span>
              <Id value={environment().tenant_id} what="tenant ID" />
            </span>
          </>
        )}
      </Show>
    </div>
  );
}
