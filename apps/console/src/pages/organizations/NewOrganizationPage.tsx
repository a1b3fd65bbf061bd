import { A, useNavigate } from "@solidjs/router";
import { createSignal } from "solid-js";
import { call } from "../../api/call";
import { Frame } from "../../layout/Frame";
import { PageHeading } from "../../layout/PageHeading";
import { createAction } from "../../load/createAction";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { RequireSession } from "../../session/RequireSession";

/** Creates an organization, and goes on to its first project. */
export function NewOrganizationPage() {
  const navigate = useNavigate();
  const action = createAction();
  const [name, setName] = createSignal("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const organization = await call("POST /organizations", { body: { name: name().trim() } });
      navigate(`/organizations/${organization.id}/new-project`);
    });
  };
  return (
    <RequireSession>
      <Frame>
        <div class="centred narrow">
          <PageHeading title="New organization">
            For your company or team. You will be its owner and can invite others.
          </PageHeading>
          <form class="card" onSubmit={submit}>
            <div class="card-body form">
              <Field
                label="Name"
                value={name()}
                onInput={setName}
                required
                maxLength={128}
                autocomplete="organization"
                placeholder="Acme"
                hint="Only members see it. You can change it later."
              />
              <ProblemNotice problem={action.problem()} />
            </div>
            <div class="card-foot">
              <A href="/organizations" class="button quiet">
                Cancel
              </A>
              <Button kind="primary" type="submit" busy={action.busy()}>
                Create organization
              </Button>
            </div>
          </form>
        </div>
      </Frame>
    </RequireSession>
  );
}
