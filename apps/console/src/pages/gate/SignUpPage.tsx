import { A, useNavigate } from "@solidjs/router";
import { Show } from "solid-js";
import { Gate } from "../../layout/Gate";
import { GateHeading } from "../../layout/GateHeading";
import { consoleState, setSession } from "../../session/session";
import { SignUpForm } from "./SignUpForm";

/** Signing up without an invitation, where this installation is open. */
export function SignUpPage() {
  const navigate = useNavigate();
  return (
    <Gate>
      <Show
        when={consoleState()?.sign_up === "open"}
        fallback={
          <GateHeading title="Signing up needs an invitation">
            Ask an admin of your organization for a link. It opens the sign-up by itself.
          </GateHeading>
        }
      >
        <GateHeading title="Create your account">You sign in with a passkey: there are no passwords here.</GateHeading>
        <SignUpForm
          verb="Create my passkey"
          onSignedUp={(session) => {
            setSession(session);
            navigate("/welcome");
          }}
        />
      </Show>
      <p class="gate-foot">
        You have an account? <A href="/sign-in">Sign in</A>
      </p>
    </Gate>
  );
}
