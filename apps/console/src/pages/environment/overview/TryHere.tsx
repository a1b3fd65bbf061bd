import { createSignal, For, Show } from "solid-js";
import { call } from "../../../api/call";
import type { Environment, RequestOptions, TrialResult } from "../../../api/types";
import { createAction } from "../../../load/createAction";
import { Button } from "../../../parts/Button";
import { CodeBlock } from "../../../parts/CodeBlock";
import { Field } from "../../../parts/Field";
import { Notice } from "../../../parts/Notice";
import { sentence } from "../../../parts/sentence";
import { ProblemNotice } from "../../../parts/ProblemNotice";
import { askForPasskey } from "../../../passkeys/askForPasskey";
import { createPasskey } from "../../../passkeys/createPasskey";
import { roleNeeded } from "../../../session/roleNeeded";

interface Seen {
  readonly title: string;
  readonly words: string;
  readonly json: unknown;
}

/** Registers and uses a passkey of this environment on the spot, and shows what is sent to and fro. */
export function TryHere(props: { readonly environment: Environment }) {
  const action = createAction();
  const [username, setUsername] = createSignal("try-it@example.com");
  const [made, setMade] = createSignal<PublicKeyCredentialJSON>();
  const [seen, setSeen] = createSignal<readonly Seen[]>([]);
  const path = () => ({ tenant_id: props.environment.tenant_id });
  const show = (title: string, words: string, json: unknown) =>
    setSeen((before) => [...before, { title, words, json }]);
  const showOutcome = ({ token, claims }: TrialResult, whose: string) =>
    show("3. Passgate answers a token", `Signed for your backend, which verifies it with the JWKS. ${whose}`, {
      token,
      claims,
    });

  const register = (event: SubmitEvent) => {
    event.preventDefault();
    setSeen([]);
    void action.run(async (signal) => {
      const body = { username: username().trim() };
      const { options } = await call("POST /environments/{tenant_id}/try/registration/begin", { path: path(), body });
      show(
        "1. Passgate makes options",
        "What registration/initialize answers. The challenge is sealed: nothing is stored until it comes back.",
        options,
      );
      const credential = await createPasskey(options, signal);
      setMade(credential);
      show(
        "2. The device makes a passkey",
        "Its public key, and a signature’s worth of proof. The private key stays there.",
        credential,
      );
      showOutcome(
        await call("POST /environments/{tenant_id}/try/registration/finish", { path: path(), body: { credential } }),
        "Its subject is the user who registered.",
      );
    });
  };
  const signIn = () => {
    setSeen([]);
    void action.run(async (signal) => {
      const { options } = await call("POST /environments/{tenant_id}/try/login/begin", { path: path() });
      show(
        "1. Passgate makes options",
        "What login/initialize answers. It names no passkey: the device offers those it has. This page narrows it to the one just made.",
        options,
      );
      const credential = await askForPasskey(onlyWith(made()?.id, options), { signal });
      show(
        "2. The device signs",
        "A signature over the challenge and this page’s origin, with the passkey that was chosen.",
        credential,
      );
      showOutcome(
        await call("POST /environments/{tenant_id}/try/login/finish", { path: path(), body: { credential } }),
        "Its subject is who signed in.",
      );
    });
  };

  return (
    <section class="card" aria-labelledby="try">
      <div class="card-head">
        <div>
          <h2 id="try">Try it here</h2>
          <p>Register and use a passkey on this page, with the JSON of each step.</p>
        </div>
      </div>
      <div class="card-body stack">
        <Show
          when={props.environment.try_here.possible}
          fallback={
            <Notice>
              <p>
                {sentence(
                  props.environment.try_here.reason ??
                    `Passkeys of ${props.environment.rp_id} can’t be used on this page.`,
                )}
              </p>
            </Notice>
          }
        >
          <form class="try-form" onSubmit={register}>
            <Field label="User name" value={username()} onInput={setUsername} required maxLength={128} />
            <Button type="submit" busy={action.busy()} unavailable={roleNeeded(props.environment.role, "developer")}>
              Register a passkey
            </Button>
            <Button busy={action.busy()} unavailable={roleNeeded(props.environment.role, "developer")} onClick={signIn}>
              Sign in with it
            </Button>
          </form>
          <ProblemNotice problem={action.problem()} />
          <ol class="stack" aria-live="polite">
            <For each={seen()}>
              {(one) => (
                <li class="stack tight">
                  <h3>{one.title}</h3>
                  <p class="quiet small">{one.words}</p>
                  <CodeBlock code={JSON.stringify(one.json, null, 2)} what={one.title} />
                </li>
              )}
            </For>
          </ol>
        </Show>
      </div>
    </section>
  );
}

/** The passkey that was just made here, among all that the device has for this domain: your own for the console, say. */
function onlyWith(id: string | undefined, options: RequestOptions): RequestOptions {
  if (id === undefined) return options;
  return { publicKey: { ...options.publicKey, allowCredentials: [{ id, type: "public-key" }] } };
}
