import { useNavigate } from "@solidjs/router";
import { createEffect, createSignal, Show } from "solid-js";
import { call } from "../../api/call";
import { keepPlace } from "../../layout/lastPlace";
import { PageHeading } from "../../layout/PageHeading";
import { createAction } from "../../load/createAction";
import { announce } from "../../parts/announce";
import { Button } from "../../parts/Button";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { CopyField } from "../../parts/CopyField";
import { Field } from "../../parts/Field";
import { Loaded } from "../../parts/Loaded";
import { plural } from "../../parts/plural";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { withFreshPasskey } from "../../session/freshPasskey";
import { roleNeeded } from "../../session/roleNeeded";
import { useOrganization } from "./organizationContext";

/** Renaming and deleting an organization. */
export function OrganizationSettingsPage() {
  const { id, organization } = useOrganization();
  const navigate = useNavigate();
  const action = createAction();
  const [name, setName] = createSignal("");
  const [deleting, setDeleting] = createSignal(false);
  createEffect(() => setName(organization.value()?.name ?? ""));
  const path = () => ({ organization_id: id() });
  const rename = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      organization.set(
        await call("PATCH /organizations/{organization_id}", { path: path(), body: { name: name().trim() } }),
      );
      announce("Renamed the organization");
    });
  };
  const remove = async () => {
    await withFreshPasskey(() => call("DELETE /organizations/{organization_id}", { path: path() }));
    keepPlace(undefined);
    announce("Deleted the organization");
    navigate("/organizations");
  };
  return (
    <div class="narrow">
      <PageHeading title="Organization settings" />
      <Loaded load={organization}>
        {(value) => (
          <div class="sections">
            <section class="card" aria-label="Name">
              <form onSubmit={rename}>
                <div class="card-body form">
                  <Field label="Name" value={name()} onInput={setName} required maxLength={128} />
                  <ProblemNotice problem={action.problem()} />
                </div>
                <div class="card-foot">
                  <span class="quiet small">Only members see it.</span>
                  <Button
                    type="submit"
                    kind="primary"
                    size="small"
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
            <dl class="card">
              <CopyField name="Organization ID" value={value().id} />
            </dl>
            <section class="card danger-zone" aria-labelledby="danger">
              <div class="card-body option">
                <div class="stack tight">
                  <h2 id="danger">Delete this organization</h2>
                  <p class="quiet">
                    With its {plural(value().projects, "project")}, all their tenants, users and passkeys. Nobody can
                    bring them back.
                  </p>
                </div>
                <Button kind="danger" unavailable={roleNeeded(value().role, "owner")} onClick={() => setDeleting(true)}>
                  Delete organization
                </Button>
              </div>
            </section>
            <Show when={deleting()}>
              <ConfirmDialog
                open
                title={`Delete ${value().name}?`}
                consequences="All projects, tenants, users and passkeys in it are deleted at once. Apps that use them stop signing people in."
                verb="Delete organization"
                typed={value().name}
                onConfirm={remove}
                onClose={() => setDeleting(false)}
              />
            </Show>
          </div>
        )}
      </Loaded>
    </div>
  );
}
