import { useLocation, useNavigate } from "@solidjs/router";
import { createSignal } from "solid-js";
import { ActionButton } from "../activity/ActionButton";
import { ActivityReport } from "../activity/ActivityReport";
import { createActivity } from "../activity/createActivity";
import { logIn } from "../backend/logIn";
import { PageHeading } from "../layout/PageHeading";
import { routeNotice } from "../layout/routeNotice";
import { signInWithPasskey } from "../passkeys/signInWithPasskey";

export function LoginPage() {
  const navigate = useNavigate();
  const location = useLocation();
  const activity = createActivity();
  const [email, setEmail] = createSignal("");
  const [password, setPassword] = createSignal("");

  const withPassword = (event: SubmitEvent) => {
    event.preventDefault();
    void activity.run(async () => {
      await logIn(email(), password());
      navigate("/dashboard");
    });
  };
  const withPasskey = () => {
    void activity.run(async (signal) => {
      await signInWithPasskey(signal);
      navigate("/dashboard");
    });
  };

  return (
    <section class="card">
      <PageHeading title="Log in">Log in</PageHeading>
      <ActivityReport activity={activity} notice={routeNotice(location.state)} />
      <form onSubmit={withPassword} aria-label="Log in with a password">
        <label for="email">Email</label>
        <input
          id="email"
          type="email"
          autocomplete="username"
          required
          value={email()}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <label for="password">Password</label>
        <input
          id="password"
          type="password"
          autocomplete="current-password"
          required
          value={password()}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        <ActionButton type="submit" busy={activity.busy()}>
          Log in
        </ActionButton>
      </form>
      <p class="or">or</p>
      <ActionButton kind="plain" busy={activity.busy()} onClick={withPasskey}>
        Sign in with a passkey
      </ActionButton>
      <details class="hint">
        <summary>Demo users</summary>
        <dl>
          <dt>john.doe@example.com</dt>
          <dd>password123</dd>
          <dt>sergio_mq@example.com</dt>
          <dd>very_secure_password</dd>
          <dt>ab@g.com</dt>
          <dd>123</dd>
        </dl>
      </details>
    </section>
  );
}
