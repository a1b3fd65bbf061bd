import { A, useLocation } from "@solidjs/router";
import { createActivity } from "../activity/createActivity";
import { ActivityReport } from "../activity/ActivityReport";
import { PageHeading } from "../layout/PageHeading";
import { routeNotice } from "../layout/routeNotice";

export function HomePage() {
  const location = useLocation();
  const activity = createActivity();

  return (
    <section class="card">
      <PageHeading title="Welcome">Welcome</PageHeading>
      <p>
        This app has users and passwords of its own. Log in with yours once, register a passkey, and from then on sign
        in with your fingerprint, your face or a PIN.
      </p>
      <ActivityReport activity={activity} notice={routeNotice(location.state)} />
      <A href="/login" class="button primary">
        Log in
      </A>
    </section>
  );
}
