import { createEffect, createSignal, on, type Accessor } from "solid-js";
import { call } from "../../../api/call";
import type { Tenant, TenantConfig } from "../../../api/types";
import { createLoad, type Load } from "../../../load/createLoad";
import { withFreshPasskey } from "../../../session/freshPasskey";

export interface ConfigDraft {
  readonly tenant: Load<Tenant>;
  /** What would be saved; undefined until the configuration has arrived. */
  readonly draft: Accessor<TenantConfig | undefined>;
  readonly change: (changed: (config: TenantConfig) => TenantConfig) => void;
  readonly isChanged: Accessor<boolean>;
  readonly save: () => Promise<void>;
  readonly undo: () => void;
}

/** An environment's configuration, and what it is being changed to. It is saved as a whole. */
export function createConfig(tenantId: Accessor<string>): ConfigDraft {
  const tenant = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/config", { path: { tenant_id }, signal }),
  );
  const [draft, setDraft] = createSignal<TenantConfig>();
  createEffect(on(tenant.value, (value) => setDraft(value?.config)));
  return {
    tenant,
    draft,
    change: (changed) => setDraft((config) => config && changed(config)),
    isChanged: () => JSON.stringify(draft()) !== JSON.stringify(tenant.value()?.config),
    undo: () => setDraft(tenant.value()?.config),
    async save() {
      const body = draft();
      if (!body) return;
      await withFreshPasskey(() =>
        call("PUT /environments/{tenant_id}/config", { path: { tenant_id: tenantId() }, body }),
      );
      await tenant.reload();
    },
  };
}
