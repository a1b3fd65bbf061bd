import { A, useNavigate } from "@solidjs/router";
import { createSignal } from "solid-js";
import { call } from "../../api/call";
import { Gate } from "../../layout/Gate";
import { GateHeading } from "../../layout/GateHeading";
import { createAction } from "../../load/createAction";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { setSession } from "../../session/session";

/** Getting back in with a recovery code. */
export function RecoverPage() {
  const navigate = useNavigate();
  const action = createAction();
  const [email, setEmail] = createSignal("");
  const [code, setCode] = createSignal("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      setSession(await call("POST /recovery/code", { body: { email: email().trim(), code: code().trim() } }));
      navigate("/welcome");
    });
  };
  return (
    <Gate>
      <GateHeading title="Use a recovery code">
        Each code works once. It ends all other sessions of your account, and you can add a new passkey right away.
      </GateHeading>
      <form class="card padded form" onSubmit={submit}>
        <Field label="Email" type="email" value={email()} onInput={setEmail} required autocomplete="email" />
        <Field
          label="Recovery code"
          value={code()}
          onInput={setCode}
          required
          mono
          placeholder="XXXX-XXXX-XXXX-XXXX"
          autocomplete="one-time-code"
        />
        <ProblemNotice problem={action.problem()} />
        <Button kind="primary" size="wide" type="submit" busy={action.busy()}>
          Sign in
        </Button>
      </form>
      <p class="gate-foot">
        No codes left? Whoever runs the machine can make you a link with <code>passgate console recover</code>.
        <br />
        <A href="/sign-in">Back to the sign-in</A>
      </p>
    </Gate>
  );
}
