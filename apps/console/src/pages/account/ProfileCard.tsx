import { createSignal } from "solid-js";
import { call } from "../../api/call";
import { createAction } from "../../load/createAction";
import { announce } from "../../parts/announce";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { withFreshPasskey } from "../../session/freshPasskey";
import { refreshSession } from "../../session/refreshSession";
import { currentSession } from "../../session/session";

/** Name and email. */
export function ProfileCard() {
  const action = createAction();
  const operator = () => currentSession()?.operator;
  const [name, setName] = createSignal(operator()?.name ?? "");
  const [email, setEmail] = createSignal(operator()?.email ?? "");
  const changed = () => name().trim() !== operator()?.name || email().trim() !== operator()?.email;
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const body = { name: name().trim(), email: email().trim() };
      await withFreshPasskey(() => call("PATCH /operator", { body }));
      await refreshSession();
      announce("Saved your profile");
    });
  };
  return (
    <section class="card" aria-label="Profile">
      <form onSubmit={save}>
        <div class="card-body form two">
          <Field label="Name" value={name()} onInput={setName} required maxLength={64} autocomplete="name" />
          <Field label="Email" type="email" value={email()} onInput={setEmail} required autocomplete="email" />
          <ProblemNotice problem={action.problem()} />
        </div>
        <div class="card-foot">
          <span class="quiet small">Other members see both.</span>
          <Button
            type="submit"
            size="small"
            kind="primary"
            busy={action.busy()}
            unavailable={changed() ? undefined : "Nothing has changed"}
          >
            Save
          </Button>
        </div>
      </form>
    </section>
  );
}
