import { createEffect, createMemo, createSignal, on, type Accessor } from "solid-js";
import { call } from "../../../api/call";
import { JsonText } from "../../../api/JsonText";
import type { Tenant, TenantConfig } from "../../../api/types";
import { createLoad, type Load } from "../../../load/createLoad";
import { asProblem } from "../../../problems/asProblem";
import { sentence } from "../../../parts/sentence";
import { withFreshPasskey } from "../../../session/freshPasskey";
import type { ConfigFault } from "./ConfigFault";
import { hasForm } from "./hasForm";
import { jsonPlaces } from "./jsonPlaces";
import { membersLost } from "./membersLost";
import { refusalIn } from "./refusalIn";

export interface ConfigDraft {
  readonly tenant: Load<Tenant>;
  /** What would be saved, as text. */
  readonly text: Accessor<string>;
  readonly setText: (text: string) => void;
  /** The same, for the form; while the text has none, the last that had. Undefined until the configuration has arrived. */
  readonly draft: Accessor<TenantConfig | undefined>;
  readonly change: (changed: (config: TenantConfig) => TenantConfig) => void;
  /** Whether the form shows what the text says. */
  readonly isShown: Accessor<boolean>;
  readonly isChanged: Accessor<boolean>;
  /** What is wrong with the text: that it is no JSON, or what the server found when it was asked to save it. */
  readonly fault: Accessor<ConfigFault | undefined>;
  /** The same, where it is about this member; undefined if it isn't. */
  readonly complaint: (member: string) => string | undefined;
  /** What the server didn't take from what was saved last, because it doesn't know it. */
  readonly lost: Accessor<readonly string[]>;
  readonly save: () => Promise<void>;
  readonly undo: () => void;
}

/** An environment's configuration, and what it is being changed to. It is saved as a whole. */
export function createConfig(tenantId: Accessor<string>): ConfigDraft {
  const tenant = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/config", { path: { tenant_id }, signal }),
  );
  const [text, setText] = createSignal("");
  const [draft, setDraft] = createSignal<TenantConfig>();
  const [refused, setRefused] = createSignal<{ readonly text: string; readonly fault: ConfigFault }>();
  const [lost, setLost] = createSignal<readonly string[]>([]);

  const show = (config: TenantConfig | undefined) => {
    setDraft(config);
    setText(config ? written(config) : "");
  };
  createEffect(
    on(tenant.value, (value) => {
      show(value?.config);
      if (value === undefined) setLost([]);
    }),
  );

  const syntax = createMemo((): ConfigFault | undefined => {
    const { fault } = jsonPlaces(text());
    return fault && { message: fault.message, member: undefined, from: fault.at, to: fault.at + 1 };
  });
  const fault = createMemo(() => {
    const last = refused();
    return syntax() ?? (last?.text === text() ? last.fault : undefined);
  });

  return {
    tenant,
    text,
    draft,
    fault,
    lost,
    setText(typed) {
      setText(typed);
      const value: unknown = syntax() ? undefined : JSON.parse(typed);
      if (hasForm(value)) setDraft(value);
    },
    change(changed) {
      const now = draft();
      if (now) show(changed(now));
    },
    isShown: () => !syntax() && hasForm(JSON.parse(text())),
    isChanged: () => {
      const saved = tenant.value()?.config;
      return saved !== undefined && (syntax() !== undefined || compact(text()) !== JSON.stringify(saved));
    },
    complaint(member) {
      const found = fault();
      if (found?.member === undefined) return undefined;
      // An entry of a list is the list's.
      return found.member.replace(/\.\d+$/, "") === member ? sentence(found.message) : undefined;
    },
    undo: () => show(tenant.value()?.config),
    async save() {
      const sent = text();
      const path = { tenant_id: tenantId() };
      try {
        await withFreshPasskey(() => call("PUT /environments/{tenant_id}/config", { path, body: new JsonText(sent) }));
      } catch (thrown) {
        const problem = asProblem(thrown);
        const found = refusalIn(problem, sent);
        if (found) setRefused({ text: sent, fault: found });
        throw problem;
      }
      await tenant.reload();
      setLost(membersLost(JSON.parse(sent), tenant.value()?.config));
    },
  };
}

function written(config: TenantConfig): string {
  return JSON.stringify(config, null, 2);
}

function compact(text: string): string {
  return JSON.stringify(JSON.parse(text));
}
