import { useNavigate } from "@solidjs/router";
import { createSignal, onMount, Show } from "solid-js";
import { ActionButton } from "../activity/ActionButton";
import { ActivityReport } from "../activity/ActivityReport";
import { createActivity } from "../activity/createActivity";
import { logOut } from "../backend/logOut";
import { whoAmI } from "../backend/whoAmI";
import { PageHeading } from "../layout/PageHeading";
import { registerPasskey } from "../passkeys/registerPasskey";

export function DashboardPage() {
  const navigate = useNavigate();
  const activity = createActivity();
  const [email, setEmail] = createSignal<string>();

  const perform = async (action: Parameters<typeof activity.run>[0]) => {
    const failure = await activity.run(action);
    if (failure === "session_ended") navigate("/login", { replace: true, state: { notice: "session_ended" } });
  };
  const load = () => perform(async () => void setEmail(await whoAmI()));
  const register = () =>
    perform(async (signal) => {
      await registerPasskey(signal);
      return "Registration successful. From now on you can sign in with this passkey.";
    });
  const leave = () =>
    perform(async () => {
      await logOut();
      navigate("/", { state: { notice: "logged_out" } });
    });

  onMount(load);

  return (
    <section class="card">
      <PageHeading title="Dashboard">Dashboard</PageHeading>
      <Show when={email()}>
        {(address) => (
          <p>
            Logged in as <strong>{address()}</strong>
          </p>
        )}
      </Show>
      <ActivityReport activity={activity} />
      <Show
        when={email()}
        fallback={
          <Show when={activity.state().kind === "failed"}>
            <ActionButton busy={activity.busy()} onClick={load}>
              Try again
            </ActionButton>
          </Show>
        }
      >
        <div class="actions">
          <ActionButton busy={activity.busy()} onClick={register}>
            Register a new passkey
          </ActionButton>
          <ActionButton kind="plain" busy={activity.busy()} onClick={leave}>
            Log out
          </ActionButton>
        </div>
      </Show>
    </section>
  );
}
