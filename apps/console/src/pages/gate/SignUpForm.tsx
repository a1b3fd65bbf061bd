import { createSignal } from "solid-js";
import { call } from "../../api/call";
import type { Session } from "../../api/types";
import { createAction } from "../../load/createAction";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { createPasskey } from "../../passkeys/createPasskey";

interface SignUpFormProps {
  readonly link?: string | undefined;
  readonly email?: string | undefined;
  readonly verb: string;
  readonly onSignedUp: (session: Session) => void;
}

/** Name, email, and the first passkey. */
export function SignUpForm(props: SignUpFormProps) {
  const action = createAction();
  const [name, setName] = createSignal("");
  const [email, setEmail] = createSignal(props.email ?? "");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async (signal) => {
      const person = {
        name: name().trim(),
        email: email().trim(),
        ...(props.link === undefined ? {} : { link: props.link }),
      };
      const { options } = await call("POST /sign-up/begin", { body: person });
      const credential = await createPasskey(options, signal);
      props.onSignedUp(await call("POST /sign-up/finish", { body: { ...person, credential } }));
    });
  };
  return (
    <form class="card padded form" onSubmit={submit}>
      <Field label="Your name" value={name()} onInput={setName} required autocomplete="name" maxLength={128} />
      <Field
        label="Email"
        type="email"
        value={email()}
        onInput={setEmail}
        required
        autocomplete="email"
        hint="Names your account. Passgate sends no mail."
      />
      <ProblemNotice problem={action.problem()} />
      <Button kind="primary" size="wide" type="submit" busy={action.busy()}>
        {props.verb}
      </Button>
    </form>
  );
}
