import { A, useNavigate } from "@solidjs/router";
import { createSignal } from "solid-js";
import { call } from "../../api/call";
import { PageHeading } from "../../layout/PageHeading";
import { createAction } from "../../load/createAction";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { AppUrlExplained } from "../project/AppUrlExplained";
import { createDerivation } from "../project/createDerivation";
import { useOrganization } from "./organizationContext";

/** Name and URL, nothing more; what follows from the URL is explained while it is typed. */
export function NewProjectPage() {
  const { id, projects } = useOrganization();
  const navigate = useNavigate();
  const action = createAction();
  const [name, setName] = createSignal("");
  const [url, setUrl] = createSignal("");
  const derivation = createDerivation(url);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const project = await call("POST /organizations/{organization_id}/projects", {
        path: { organization_id: id() },
        body: { name: name().trim(), app_url: url().trim() },
      });
      void projects.reload();
      const first = project.environments.find(({ app_url }) => app_url) ?? project.environments[0];
      navigate(first ? `/environments/${first.tenant_id}` : `/projects/${project.id}`);
    });
  };
  return (
    <div class="narrow">
      <PageHeading title="Create project">
        Everything else follows from these two, and all but the passkeys’ domain can be changed later.
      </PageHeading>
      <form class="card" onSubmit={submit}>
        <div class="card-body form">
          <Field
            label="Project name"
            value={name()}
            onInput={setName}
            required
            maxLength={64}
            placeholder="My app"
            hint="The passkey prompt shows it to your users."
          />
          <Field
            label="App URL"
            type="url"
            value={url()}
            onInput={setUrl}
            required
            mono
            placeholder="http://localhost:5173"
            autocomplete="url"
            hint="Where your pages are, with scheme and port: what the browser’s address bar shows."
            complaint={derivation()?.problem}
          />
          <AppUrlExplained url={url()} derivation={derivation()} />
          <ProblemNotice problem={action.problem()} />
        </div>
        <div class="card-foot">
          <A href={`/organizations/${id()}`} class="button quiet">
            Cancel
          </A>
          <Button kind="primary" type="submit" busy={action.busy()}>
            Create project
          </Button>
        </div>
      </form>
    </div>
  );
}
