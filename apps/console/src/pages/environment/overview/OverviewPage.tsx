import { A } from "@solidjs/router";
import { createSignal, For, Show } from "solid-js";
import type { Environment } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { Button } from "../../../parts/Button";
import { CopyField } from "../../../parts/CopyField";
import { Icon } from "../../../parts/Icon";
import { Loaded } from "../../../parts/Loaded";
import { Notice } from "../../../parts/Notice";
import { sentence } from "../../../parts/sentence";
import { roleNeeded } from "../../../session/roleNeeded";
import { CreateKeyDialog } from "../keys/CreateKeyDialog";
import { useEnvironment } from "../environmentContext";
import { AppUrlForm } from "../domain/AppUrlForm";
import { Guide } from "./Guide";
import { LastDays } from "./LastDays";
import { TryHere } from "./TryHere";

/** What an app's backend needs, how to put it in, and whether it works. */
export function OverviewPage() {
  const { environment } = useEnvironment();
  return (
    <>
      <PageHeading title="Overview">What your backend needs, and how far its integration is.</PageHeading>
      <Loaded load={environment} lines={8}>
        {(value) => (
          <Show when={value().app_url} fallback={<FirstUrl />}>
            <Connected environment={value()} />
          </Show>
        )}
      </Loaded>
    </>
  );
}

function FirstUrl() {
  return (
    <section class="card narrow" aria-labelledby="first-url">
      <div class="card-head">
        <div>
          <h2 id="first-url">Where is your app in production?</h2>
          <p>Tell its live URL, and this environment gets a domain of its own. Until then, nobody can use it.</p>
        </div>
      </div>
      <AppUrlForm verb="Set up production" />
    </section>
  );
}

function Connected(props: { readonly environment: Environment }) {
  const { role, environment, tenantId } = useEnvironment();
  // Everything that is developed on one machine shares localhost, this console too: nobody has to be warned of that.
  const warnings = () =>
    props.environment.warnings.filter(({ code }) => code !== "rp_id_shared" || props.environment.rp_id !== "localhost");
  const [creating, setCreating] = createSignal(false);
  const [secret, setSecret] = createSignal<string>();
  return (
    <div class="sections">
      <For each={warnings()}>
        {(warning) => (
          <Notice tone="warn">
            <p>{sentence(warning.message)}</p>
            <A href={`/environments/${tenantId()}/domain`}>Look at the domain settings</A>
          </Notice>
        )}
      </For>
      <section class="card" aria-labelledby="connect">
        <div class="card-head">
          <div>
            <h2 id="connect">Connect your backend</h2>
            <p>The tenant ID names this environment; an API key proves that it is your backend that asks.</p>
          </div>
          <Button kind="primary" unavailable={roleNeeded(role(), "developer")} onClick={() => setCreating(true)}>
            <Icon name="key" />
            Create API key
          </Button>
        </div>
        <dl>
          <CopyField name="Tenant ID" value={props.environment.tenant_id} />
          <CopyField name="API URL" value={props.environment.api_url} />
          <CopyField name="JWKS URL" value={props.environment.jwks_url} />
        </dl>
      </section>
      <Show when={Object.values(props.environment.steps).every((seen) => seen !== null)}>
        <LastDays />
      </Show>
      <Guide environment={props.environment} secret={secret()} onCreateKey={() => setCreating(true)} />
      <TryHere environment={props.environment} />
      <CreateKeyDialog
        open={creating()}
        tenantId={props.environment.tenant_id}
        onCreated={(key) => {
          setSecret(key.secret);
          void environment.reload();
        }}
        onClose={() => setCreating(false)}
      />
    </div>
  );
}
