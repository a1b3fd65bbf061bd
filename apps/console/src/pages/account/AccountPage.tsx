import { PageHeading } from "../../layout/PageHeading";
import { RequireSession } from "../../session/RequireSession";
import { Frame } from "../../layout/Frame";
import { ActivityCard } from "./ActivityCard";
import { PasskeysCard } from "./PasskeysCard";
import { ProfileCard } from "./ProfileCard";
import { RecoveryCodes } from "./RecoveryCodes";
import { SessionsCard } from "./SessionsCard";

/** The operator's own account. */
export function AccountPage() {
  return (
    <RequireSession>
      <Frame
        crumbs={
          <li>
            <span class="crumb-text">Your account</span>
          </li>
        }
      >
        <div class="centred">
          <PageHeading title="Your account">How you sign in to this console, and where you are signed in.</PageHeading>
          <div class="sections">
            <ProfileCard />
            <PasskeysCard />
            <section class="card padded" aria-label="Recovery codes">
              <RecoveryCodes />
            </section>
            <SessionsCard />
            <ActivityCard />
          </div>
        </div>
      </Frame>
    </RequireSession>
  );
}
