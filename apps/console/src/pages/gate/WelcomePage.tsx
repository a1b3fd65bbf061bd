import { A } from "@solidjs/router";
import { createSignal, Show } from "solid-js";
import { Gate } from "../../layout/Gate";
import { GateHeading } from "../../layout/GateHeading";
import { Badge } from "../../parts/Badge";
import { Icon } from "../../parts/Icon";
import { currentSession } from "../../session/session";
import { RequireSession } from "../../session/RequireSession";
import { AddPasskeyButton } from "../account/AddPasskeyButton";
import { RecoveryCodes } from "../account/RecoveryCodes";

/** Right after signing up or recovering: a second way in, because a lost passkey must not lose the account. */
export function WelcomePage() {
  return (
    <RequireSession>
      <Welcome />
    </RequireSession>
  );
}

function Welcome() {
  const [added, setAdded] = createSignal(0);
  const operator = () => currentSession()?.operator;
  const recovered = () => currentSession()?.via !== "passkey";
  const safe = () => {
    const who = operator();
    return who !== undefined && (added() > 0 || who.passkeys > 1 || who.recovery_codes_left > 0);
  };
  return (
    <Gate wide>
      <Show
        when={recovered()}
        fallback={
          <GateHeading title={`Welcome, ${operator()?.name ?? ""}`}>
            Your passkey works. Now have a second way in: if this device is lost, nobody can let you in without one.
          </GateHeading>
        }
      >
        <GateHeading title="You are back in">
          Add a passkey on this device now. Then remove the ones you lost <A href="/account">in your account</A>.
        </GateHeading>
      </Show>
      <section class="card padded stack">
        <div class="option">
          <Icon name="passkey" size={20} />
          <div class="stack tight">
            <h2>
              {recovered() ? "A new passkey" : "Another passkey"}{" "}
              <Show when={added() > 0}>
                <Badge tone="accent">Added</Badge>
              </Show>
            </h2>
            <p class="quiet">On your phone, a security key or another computer. The prompt lets you choose.</p>
          </div>
          <AddPasskeyButton kind={recovered() ? "primary" : "plain"} onAdded={() => setAdded(added() + 1)} />
        </div>
      </section>
      <section class="card padded stack">
        <RecoveryCodes />
      </section>
      <div class="buttons end">
        <Show when={!safe()}>
          <span class="quiet small">You can also do this later, in your account.</span>
        </Show>
        <A href="/" class={`button ${safe() ? "primary" : "plain"}`}>
          {safe() ? "Continue" : "Skip for now"}
        </A>
      </div>
    </Gate>
  );
}
