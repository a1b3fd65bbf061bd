import { A, Navigate, useNavigate, useSearchParams } from "@solidjs/router";
import { createSignal, Match, onCleanup, onMount, Show, Switch } from "solid-js";
import { call } from "../../api/call";
import { Gate } from "../../layout/Gate";
import { GateHeading } from "../../layout/GateHeading";
import { createAction } from "../../load/createAction";
import { Button } from "../../parts/Button";
import { CodeBlock } from "../../parts/CodeBlock";
import { Field } from "../../parts/Field";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { askForPasskey } from "../../passkeys/askForPasskey";
import { asProblem } from "../../problems/asProblem";
import type { Problem } from "../../problems/Problem";
import { returnPath } from "../../session/returnPath";
import { consoleState, currentSession, setSession } from "../../session/session";

// The part of a challenge's time after which another one takes its place.
const RENEW_AFTER = 0.8;

/** Signing in: with what the browser suggests in the field, or with its prompt. */
export function SignInPage() {
  const [search] = useSearchParams();
  return (
    <Gate>
      <Switch>
        <Match when={currentSession()}>
          <Navigate href={returnPath(search.return)} />
        </Match>
        <Match when={consoleState()?.claimed === false}>
          <GateHeading title="This console isn’t claimed yet">
            Passgate printed a link when it started. Open it to become the first operator. It works for an hour; this
            command, run on the same machine, prints a new one:
          </GateHeading>
          <CodeBlock code="passgate console claim" what="Command" />
        </Match>
        <Match when={true}>
          <SignIn />
        </Match>
      </Switch>
    </Gate>
  );
}

function SignIn() {
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const action = createAction();
  const [email, setEmail] = createSignal("");
  const [suggestionProblem, setSuggestionProblem] = createSignal<Problem>();
  let waiting = new AbortController();
  onCleanup(() => waiting.abort());

  const finish = async (credential: PublicKeyCredentialJSON) => {
    const session = await call("POST /sign-in/finish", { body: { credential } });
    const to = returnPath(search.return);
    setSession(session);
    navigate(to, { replace: true });
  };

  // Waits among the field's suggestions. One request at a time is all that browsers allow, so the button ends it.
  const suggest = async () => {
    if (!("PublicKeyCredential" in window) || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    waiting = new AbortController();
    const { signal } = waiting;
    try {
      const { options } = await call("POST /sign-in/begin", { signal });
      // The page may be open for hours, and the challenge holds for minutes.
      const renew = window.setTimeout(() => {
        waiting.abort();
        void suggest();
      }, options.publicKey.timeout * RENEW_AFTER);
      signal.addEventListener("abort", () => window.clearTimeout(renew));
      await finish(await askForPasskey(options, { mediation: "conditional", signal }));
    } catch (thrown) {
      if (!signal.aborted) setSuggestionProblem(asProblem(thrown));
    }
  };
  onMount(() => void suggest());

  const withPrompt = async () => {
    waiting.abort();
    setSuggestionProblem(undefined);
    const well = await action.run(async (signal) => {
      const { options } = await call("POST /sign-in/begin");
      await finish(await askForPasskey(options, { signal }));
    });
    if (!well && !currentSession()) void suggest();
  };

  return (
    <>
      <GateHeading title="Sign in to Passgate">
        Use your passkey: your device asks for a finger, face or PIN.
      </GateHeading>
      <form
        class="card padded form"
        onSubmit={(event) => {
          event.preventDefault();
          void withPrompt();
        }}
      >
        <Field
          label="Email"
          type="email"
          value={email()}
          onInput={setEmail}
          autocomplete="username webauthn"
          hint="Your browser suggests your passkeys here. You can also leave it empty."
        />
        <ProblemNotice problem={action.problem() ?? suggestionProblem()} />
        <Button kind="primary" size="wide" type="submit" busy={action.busy()}>
          Sign in with a passkey
        </Button>
      </form>
      <p class="gate-foot">
        Lost your passkeys? <A href="/recover">Use a recovery code</A>
        <Show when={consoleState()?.sign_up === "open"}>
          <br />
          New here? <A href="/sign-up">Create an account</A>
        </Show>
      </p>
    </>
  );
}
