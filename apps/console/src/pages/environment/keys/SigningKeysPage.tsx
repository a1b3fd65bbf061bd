import { createSignal, For, Show } from "solid-js";
import { call } from "../../../api/call";
import type { SigningAlgorithm, SigningKey } from "../../../api/types";
import { PageHeading } from "../../../layout/PageHeading";
import { createAction } from "../../../load/createAction";
import { createLoad } from "../../../load/createLoad";
import { announce } from "../../../parts/announce";
import { Badge } from "../../../parts/Badge";
import { Button } from "../../../parts/Button";
import { CheckField } from "../../../parts/CheckField";
import { ConfirmDialog } from "../../../parts/ConfirmDialog";
import { Dialog } from "../../../parts/Dialog";
import { Id } from "../../../parts/Id";
import { Loaded } from "../../../parts/Loaded";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { SelectField } from "../../../parts/SelectField";
import { Time } from "../../../parts/Time";
import { withFreshPasskey } from "../../../session/freshPasskey";
import { roleNeeded } from "../../../session/roleNeeded";
import { useEnvironment } from "../environmentContext";

const STATES: Record<SigningKey["state"], readonly [tone: "accent" | undefined, name: string, words: string]> = {
  published: [undefined, "Published", "In the JWKS, and not signing yet"],
  active: ["accent", "Signs", "Signs this environment’s tokens"],
  retired: [undefined, "Retired", "Still in the JWKS, for tokens it signed"],
};

/** The keys that sign this environment's tokens. */
export function SigningKeysPage() {
  const { tenantId, role } = useEnvironment();
  const keys = createLoad(tenantId, (tenant_id, signal) =>
    call("GET /environments/{tenant_id}/signing-keys", { path: { tenant_id }, signal }),
  );
  const action = createAction();
  const [rotating, setRotating] = createSignal(false);
  const [alg, setAlg] = createSignal<SigningAlgorithm>("ES256");
  const [now, setNow] = createSignal(false);
  const [removed, setRemoved] = createSignal<SigningKey>();
  const missing = () => roleNeeded(role(), "admin");
  const rotate = async (event: SubmitEvent) => {
    event.preventDefault();
    const well = await action.run(async () => {
      const path = { tenant_id: tenantId() };
      await withFreshPasskey(() =>
        call("POST /environments/{tenant_id}/signing-keys", { path, body: { alg: alg(), now: now() } }),
      );
      announce("Made a new signing key");
      await keys.reload();
    });
    if (well) setRotating(false);
  };
  const remove = async () => {
    const key = removed();
    if (!key) return;
    const path = { tenant_id: tenantId(), secret_id: key.id };
    await withFreshPasskey(() => call("DELETE /environments/{tenant_id}/signing-keys/{secret_id}", { path }));
    announce("Deleted the signing key");
    await keys.reload();
  };
  return (
    <>
      <PageHeading
        title="Signing keys"
        actions={
          <Button
            kind="primary"
            unavailable={missing()}
            onClick={() => {
              setNow(false);
              action.clear();
              setRotating(true);
            }}
          >
            Rotate
          </Button>
        }
      >
        They sign the tokens that your backend verifies with the JWKS. The private halves never leave Passgate.
      </PageHeading>
      <section class="card" aria-label="Signing keys">
        <Loaded load={keys}>
          {(list) => (
            <table class="table stacking">
              <thead>
                <tr>
                  <th scope="col">Key ID</th>
                  <th scope="col">Algorithm</th>
                  <th scope="col">State</th>
                  <th scope="col">Signs from</th>
                  <th scope="col">Created</th>
                  <th scope="col">
                    <span class="sr">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={list()}>
                  {(key) => (
                    <tr>
                      <td data-label="Key ID">
                        <Id value={key.kid} what="key ID" />
                      </td>
                      <td data-label="Algorithm">{key.alg}</td>
                      <td data-label="State">
                        <Badge {...(STATES[key.state][0] ? { tone: STATES[key.state][0] as "accent" } : {})}>
                          {STATES[key.state][1]}
                        </Badge>
                        <span class="under">{STATES[key.state][2]}</span>
                      </td>
                      <td data-label="Signs from">
                        <Time at={key.signs_from} />
                      </td>
                      <td data-label="Created">
                        <Time at={key.created_at} />
                      </td>
                      <td class="end">
                        <div class="buttons">
                          <Show when={key.state !== "active"}>
                            <Button
                              size="small"
                              kind="danger"
                              label={`Delete key ${key.kid}`}
                              unavailable={missing()}
                              onClick={() => setRemoved(key)}
                            >
                              Delete
                            </Button>
                          </Show>
                        </div>
                      </td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          )}
        </Loaded>
      </section>
      <Dialog
        open={rotating()}
        title="Rotate the signing key"
        description="A new key is published at once and signs 15 minutes later, when caches of the JWKS have it. Nothing has to be deployed."
        onClose={() => setRotating(false)}
      >
        <form class="form" onSubmit={(event) => void rotate(event)}>
          <SelectField
            label="Algorithm"
            value={alg()}
            options={[
              ["ES256", "ES256: short and fast"],
              ["RS256", "RS256: for verifiers that know nothing else"],
            ]}
            onChange={setAlg}
          />
          <CheckField
            label="Now: the old key got out"
            checked={now()}
            onChange={setNow}
            hint="Signs with the new key at once and stops vouching for the older ones. Backends with a cached JWKS refuse sign-ins for up to ten minutes."
          />
          <ProblemNotice problem={action.problem()} />
          <div class="buttons end">
            <Button onClick={() => setRotating(false)}>Cancel</Button>
            <Button kind={now() ? "destroy" : "primary"} type="submit" busy={action.busy()}>
              {now() ? "Replace the key now" : "Make a new key"}
            </Button>
          </div>
        </form>
      </Dialog>
      <ConfirmDialog
        open={removed() !== undefined}
        title="Delete this signing key?"
        consequences="Tokens that it signed can’t be verified any more."
        verb="Delete key"
        onConfirm={remove}
        onClose={() => setRemoved(undefined)}
      />
    </>
  );
}
