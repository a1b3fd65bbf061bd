import { A, useNavigate, useParams } from "@solidjs/router";
import { createEffect, createMemo, createSignal, For, Show } from "solid-js";
import { call } from "../../api/call";
import { Frame } from "../../layout/Frame";
import { kindWords } from "../../layout/kindWords";
import { keepPlace } from "../../layout/lastPlace";
import { OrganizationCrumb } from "../../layout/OrganizationCrumb";
import { PageHeading } from "../../layout/PageHeading";
import { createAction } from "../../load/createAction";
import { createLoad } from "../../load/createLoad";
import { announce } from "../../parts/announce";
import { Button } from "../../parts/Button";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { Field } from "../../parts/Field";
import { Id } from "../../parts/Id";
import { Loaded } from "../../parts/Loaded";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { withFreshPasskey } from "../../session/freshPasskey";
import { RequireSession } from "../../session/RequireSession";
import { roleNeeded } from "../../session/roleNeeded";

/** A project's name, its environments, and its end. */
export function ProjectPage() {
  return (
    <RequireSession>
      <Inside />
    </RequireSession>
  );
}

function Inside() {
  const params = useParams();
  const navigate = useNavigate();
  const id = () => params.project ?? "";
  const project = createLoad(id, (project_id, signal) =>
    call("GET /projects/{project_id}", { path: { project_id }, signal }),
  );
  const organizationId = createMemo(() => project.value()?.organization_id);
  const organization = createLoad(organizationId, (organization_id, signal) =>
    call("GET /organizations/{organization_id}", { path: { organization_id }, signal }),
  );
  const action = createAction();
  const [name, setName] = createSignal("");
  const [deleting, setDeleting] = createSignal(false);
  createEffect(() => setName(project.value()?.name ?? ""));
  const rename = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      project.set(
        await call("PATCH /projects/{project_id}", { path: { project_id: id() }, body: { name: name().trim() } }),
      );
      announce("Renamed the project");
    });
  };
  const remove = async () => {
    await withFreshPasskey(() => call("DELETE /projects/{project_id}", { path: { project_id: id() } }));
    keepPlace(undefined);
    announce("Deleted the project");
    navigate(`/organizations/${organizationId() ?? ""}`);
  };
  return (
    <Frame
      crumbs={
        <>
          <OrganizationCrumb id={organizationId()} name={organization.value()?.name} />
          <li>
            <span class="crumb-text">{project.value()?.name ?? ""}</span>
          </li>
        </>
      }
    >
      <div class="centred narrow">
        <PageHeading title="Project settings" />
        <Loaded load={project}>
          {(value) => (
            <div class="sections">
              <section class="card" aria-label="Name">
                <form onSubmit={rename}>
                  <div class="card-body form">
                    <Field
                      label="Name"
                      value={name()}
                      onInput={setName}
                      required
                      maxLength={64}
                      hint="What members see. What the passkey prompt shows is set for each environment, in its policy."
                    />
                    <ProblemNotice problem={action.problem()} />
                  </div>
                  <div class="card-foot">
                    <span />
                    <Button
                      kind="primary"
                      size="small"
                      type="submit"
                      busy={action.busy()}
                      unavailable={
                        roleNeeded(value().role, "admin") ??
                        (name().trim() === value().name ? "Nothing has changed" : undefined)
                      }
                    >
                      Save
                    </Button>
                  </div>
                </form>
              </section>
              <section class="card" aria-labelledby="environments">
                <div class="card-head">
                  <div>
                    <h2 id="environments">Environments</h2>
                    <p>Each is a tenant of its own: keys, users, passkeys and settings are apart.</p>
                  </div>
                </div>
                <table class="table stacking">
                  <thead>
                    <tr>
                      <th scope="col">Environment</th>
                      <th scope="col">App URL</th>
                      <th scope="col">Tenant ID</th>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={value().environments}>
                      {(environment) => (
                        <tr>
                          <td class="main">
                            <A href={`/environments/${environment.tenant_id}`}>{kindWords(environment.kind)}</A>
                          </td>
                          <td data-label="App URL">
                            <Show when={environment.app_url} fallback={<span class="quiet">Not told yet</span>}>
                              {(url) => (
                                <>
                                  <span class="break">{url()}</span>
                                  <span class="under">Passkeys are bound to {environment.rp_id}</span>
                                </>
                              )}
                            </Show>
                          </td>
                          <td data-label="Tenant ID">
                            <Id
                              value={environment.tenant_id}
                              what={`tenant ID of ${kindWords(environment.kind)}`}
                              short
                            />
                          </td>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </section>
              <section class="card danger-zone" aria-labelledby="danger">
                <div class="card-body option">
                  <div class="stack tight">
                    <h2 id="danger">Delete this project</h2>
                    <p class="quiet">
                      With both environments, their users, passkeys and logs. Nobody can bring them back.
                    </p>
                  </div>
                  <Button
                    kind="danger"
                    unavailable={roleNeeded(value().role, "admin")}
                    onClick={() => setDeleting(true)}
                  >
                    Delete project
                  </Button>
                </div>
              </section>
              <Show when={deleting()}>
                <ConfirmDialog
                  open
                  title={`Delete ${value().name}?`}
                  consequences="Its app stops signing people in with passkeys at once, and every passkey in it is lost for good."
                  verb="Delete project"
                  typed={value().name}
                  onConfirm={remove}
                  onClose={() => setDeleting(false)}
                />
              </Show>
            </div>
          )}
        </Loaded>
      </div>
    </Frame>
  );
}
