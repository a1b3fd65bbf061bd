import { A, useNavigate } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { call } from "../../api/call";
import type { LinkInfo } from "../../api/types";
import { Gate } from "../../layout/Gate";
import { GateHeading } from "../../layout/GateHeading";
import { createAction } from "../../load/createAction";
import { createLoad } from "../../load/createLoad";
import { Button } from "../../parts/Button";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { Time } from "../../parts/Time";
import { currentSession, setSession } from "../../session/session";
import { forgetLink, takeLink } from "./pendingLink";
import { SignUpForm } from "./SignUpForm";

/** Where links of all kinds lead: claiming the console, an invitation, getting back in. */
export function LinkPage() {
  const link = takeLink();
  const info = createLoad(
    () => link,
    (token, signal) => call("POST /links/inspect", { body: { link: token }, signal }),
  );
  const of = (kind: LinkInfo["kind"]) => (info.value()?.kind === kind ? info.value() : undefined);
  return (
    <Gate>
      <Switch>
        <Match when={link === undefined}>
          <GateHeading title="This link is incomplete">
            It has to be opened whole, with everything after the <code>#</code>. Copy it again from where you got it.
          </GateHeading>
          <A href="/sign-in" class="button plain">
            To the sign-in
          </A>
        </Match>
        <Match when={info.problem()}>
          <GateHeading title="This link doesn’t work" />
          <ProblemNotice problem={info.problem()}>
            <p>
              On the machine itself, <code>passgate console claim</code> or <code>passgate console recover</code> makes
              a new one.
            </p>
          </ProblemNotice>
          <A href="/sign-in" class="button plain">
            To the sign-in
          </A>
        </Match>
        <Match when={of("claim")}>{(found) => <Claim link={link ?? ""} info={found()} />}</Match>
        <Match when={of("invitation")}>{(found) => <Invitation link={link ?? ""} info={found()} />}</Match>
        <Match when={of("recovery")}>{(found) => <Recovery link={link ?? ""} info={found()} />}</Match>
      </Switch>
    </Gate>
  );
}

interface LinkProps {
  readonly link: string;
  readonly info: LinkInfo;
}

function Claim(props: LinkProps) {
  const navigate = useNavigate();
  return (
    <>
      <GateHeading title="Claim this console">
        You will be its first operator. You sign in with a passkey: there are no passwords here.
      </GateHeading>
      <SignUpForm
        link={props.link}
        verb="Create my passkey"
        onSignedUp={(session) => {
          forgetLink();
          setSession(session);
          navigate("/welcome");
        }}
      />
      <p class="gate-foot">
        This link works once, until <Time at={props.info.expires_at} exact />.
      </p>
    </>
  );
}

function Invitation(props: LinkProps) {
  const navigate = useNavigate();
  const action = createAction();
  const accept = () =>
    action.run(async () => {
      const organization = await call("POST /invitations/accept", { body: { link: props.link } });
      forgetLink();
      navigate(`/organizations/${organization.id}`);
    });
  return (
    <>
      <GateHeading title={`Join ${props.info.organization ?? "the organization"}`}>
        You are invited as <strong>{props.info.role}</strong>. The invitation holds until{" "}
        <Time at={props.info.expires_at} exact />.
      </GateHeading>
      <Show
        when={currentSession()}
        fallback={
          <>
            <SignUpForm
              link={props.link}
              email={props.info.email}
              verb="Create my passkey and join"
              onSignedUp={(session) => {
                forgetLink();
                setSession(session);
                navigate("/welcome");
              }}
            />
            <p class="gate-foot">
              You have an account here? <A href="/sign-in?return=/link">Sign in</A> and join with it.
            </p>
          </>
        }
      >
        {(session) => (
          <div class="card padded stack">
            <p>
              Signed in as <strong>{session().operator.name}</strong>, {session().operator.email}.
            </p>
            <ProblemNotice problem={action.problem()} />
            <Button kind="primary" size="wide" busy={action.busy()} onClick={() => void accept()}>
              Join {props.info.organization ?? ""}
            </Button>
          </div>
        )}
      </Show>
    </>
  );
}

function Recovery(props: LinkProps) {
  const navigate = useNavigate();
  const action = createAction();
  const use = () =>
    action.run(async () => {
      setSession(await call("POST /recovery/link", { body: { link: props.link } }));
      forgetLink();
      navigate("/welcome");
    });
  return (
    <>
      <GateHeading title="Get back in">
        This link signs <strong>{props.info.email ?? "you"}</strong> in without a passkey, once. All other sessions of
        the account end.
      </GateHeading>
      <div class="card padded stack">
        <ProblemNotice problem={action.problem()} />
        <Button kind="primary" size="wide" busy={action.busy()} onClick={() => void use()}>
          Sign in and add a passkey
        </Button>
      </div>
    </>
  );
}
