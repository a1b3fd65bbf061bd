import { createSignal, Show } from "solid-js";
import { call } from "../../api/call";
import type { Role } from "../../api/types";
import { createAction } from "../../load/createAction";
import { Button } from "../../parts/Button";
import { CodeBlock } from "../../parts/CodeBlock";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { SelectField } from "../../parts/SelectField";
import { withFreshPasskey } from "../../session/freshPasskey";
import { ROLES } from "./roles";

interface InviteDialogProps {
  readonly open: boolean;
  readonly organizationId: string;
  /** The inviter's own. */
  readonly role: Role;
  readonly onInvited: () => void;
  readonly onClose: () => void;
}

/** Makes an invitation: a link, shown once, to send by whatever way. */
export function InviteDialog(props: InviteDialogProps) {
  const action = createAction();
  const [role, setRole] = createSignal<Role>("developer");
  const [email, setEmail] = createSignal("");
  const [days, setDays] = createSignal("7");
  const [url, setUrl] = createSignal<string>();
  const close = () => {
    setUrl(undefined);
    setEmail("");
    action.clear();
    props.onClose();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void action.run(async () => {
      const wanted = email().trim();
      const made = await withFreshPasskey(() =>
        call("POST /organizations/{organization_id}/invitations", {
          path: { organization_id: props.organizationId },
          body: { role: role(), days: Number(days()), ...(wanted === "" ? {} : { email: wanted }) },
        }),
      );
      setUrl(made.url);
      props.onInvited();
    });
  };
  return (
    <Dialog
      open={props.open}
      insistent={url() !== undefined}
      title={url() === undefined ? "Invite somebody" : "Send them this link"}
      description={
        url() === undefined
          ? "You get a link to send. Passgate sends no mail."
          : "It is shown this once, and works once. Whoever opens it first joins."
      }
      onClose={close}
    >
      <Show
        when={url()}
        fallback={
          <form class="form" onSubmit={submit}>
            <SelectField
              label="Role"
              value={role()}
              options={ROLES.filter(([one]) => props.role === "owner" || one !== "owner").map(([one, name]) => [
                one,
                name,
              ])}
              onChange={setRole}
              hint={ROLES.find(([one]) => one === role())?.[2]}
            />
            <Field
              label="Email (optional)"
              type="email"
              value={email()}
              onInput={setEmail}
              hint="Filled in for them; they can use another."
            />
            <SelectField
              label="Holds for"
              value={days()}
              options={[
                ["1", "1 day"],
                ["7", "7 days"],
                ["30", "30 days"],
              ]}
              onChange={setDays}
            />
            <ProblemNotice problem={action.problem()} />
            <div class="buttons end">
              <Button onClick={close}>Cancel</Button>
              <Button kind="primary" type="submit" busy={action.busy()}>
                Make link
              </Button>
            </div>
          </form>
        }
      >
        {(link) => (
          <>
            <CodeBlock code={link()} what="Invitation link" />
            <div class="buttons end">
              <Button kind="primary" onClick={close}>
                Done
              </Button>
            </div>
          </>
        )}
      </Show>
    </Dialog>
  );
}
