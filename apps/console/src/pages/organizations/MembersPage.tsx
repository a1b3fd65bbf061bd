import { createSignal, For, Show } from "solid-js";
import { useNavigate } from "@solidjs/router";
import { call } from "../../api/call";
import type { Member, Role } from "../../api/types";
import { initials } from "../../layout/initials";
import { PageHeading } from "../../layout/PageHeading";
import { createAction } from "../../load/createAction";
import { createLoad } from "../../load/createLoad";
import { announce } from "../../parts/announce";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { ConfirmDialog } from "../../parts/ConfirmDialog";
import { Icon } from "../../parts/Icon";
import { Loaded } from "../../parts/Loaded";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { SelectField } from "../../parts/SelectField";
import { Time } from "../../parts/Time";
import { atLeast } from "../../session/atLeast";
import { withFreshPasskey } from "../../session/freshPasskey";
import { roleNeeded } from "../../session/roleNeeded";
import { currentSession } from "../../session/session";
import { InviteDialog } from "./InviteDialog";
import { InvitationsCard } from "./InvitationsCard";
import { useOrganization } from "./organizationContext";
import { ROLES } from "./roles";

/** Who is in the organization, with what role, and who is invited. */
export function MembersPage() {
  const { id, organization } = useOrganization();
  const navigate = useNavigate();
  const members = createLoad(id, (organization_id, signal) =>
    call("GET /organizations/{organization_id}/members", { path: { organization_id }, signal }),
  );
  const invitations = createLoad(
    () => (mayManage() ? id() : undefined),
    (organization_id, signal) =>
      call("GET /organizations/{organization_id}/invitations", { path: { organization_id }, signal }),
  );
  const action = createAction();
  const [inviting, setInviting] = createSignal(false);
  const [removed, setRemoved] = createSignal<Member>();
  const role = () => organization.value()?.role;
  const mayManage = () => {
    const mine = role();
    return mine !== undefined && atLeast(mine, "admin");
  };
  const mayChange = (member: Member) => mayManage() && (role() === "owner" || member.role !== "owner");
  const isMe = (member: Member) => member.operator_id === currentSession()?.operator.id;
  const path = (member: Member) => ({ organization_id: id(), operator_id: member.operator_id });

  const change = (member: Member, to: Role) =>
    action.run(async () => {
      try {
        await withFreshPasskey(() =>
          call("PATCH /organizations/{organization_id}/members/{operator_id}", {
            path: path(member),
            body: { role: to },
          }),
        );
        announce(`${member.name} is ${to} now`);
      } finally {
        // Also where it was refused: the choice then shows what holds.
        await Promise.all([members.reload(), organization.reload()]);
      }
    });
  const remove = async () => {
    const member = removed();
    if (!member) return;
    await withFreshPasskey(() =>
      call("DELETE /organizations/{organization_id}/members/{operator_id}", { path: path(member) }),
    );
    if (isMe(member)) {
      announce("You left the organization");
      navigate("/organizations");
      return;
    }
    announce(`Removed ${member.name}`);
    await members.reload();
  };

  return (
    <>
      <PageHeading
        title="Members"
        actions={
          <Button kind="primary" unavailable={roleNeeded(role(), "admin")} onClick={() => setInviting(true)}>
            <Icon name="plus" />
            Invite
          </Button>
        }
      >
        Roles hold for all projects of the organization.
      </PageHeading>
      <div class="sections">
        <ProblemNotice problem={action.problem()} />
        <section class="card" aria-label="Members">
          <Loaded load={members}>
            {(list) => (
              <table class="table stacking">
                <thead>
                  <tr>
                    <th scope="col">Member</th>
                    <th scope="col">Role</th>
                    <th scope="col">Joined</th>
                    <th scope="col">
                      <span class="sr">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  <For each={list()}>
                    {(member) => (
                      <tr>
                        <td>
                          <div class="with-icon">
                            <i class="avatar" aria-hidden="true">
                              {initials(member.name)}
                            </i>
                            <div>
                              <div class="main">
                                {member.name}{" "}
                                <Show when={isMe(member)}>
                                  <Badge tone="accent">You</Badge>
                                </Show>
                              </div>
                              <div class="under">{member.email}</div>
                            </div>
                          </div>
                        </td>
                        <td data-label="Role">
                          <Show when={mayChange(member)} fallback={<Badge>{member.role}</Badge>}>
                            <SelectField
                              label={`Role of ${member.name}`}
                              hideLabel
                              value={member.role}
                              options={ROLES.filter(([one]) => role() === "owner" || one !== "owner").map(
                                ([one, name]) => [one, name] as const,
                              )}
                              onChange={(to) => void change(member, to)}
                            />
                          </Show>
                        </td>
                        <td data-label="Joined">
                          <Time at={member.joined_at} />
                        </td>
                        <td class="end">
                          <div class="buttons">
                            <Show when={mayChange(member) || isMe(member)}>
                              <Button
                                size="small"
                                kind="danger"
                                label={isMe(member) ? "Leave the organization" : `Remove ${member.name}`}
                                onClick={() => setRemoved(member)}
                              >
                                {isMe(member) ? "Leave" : "Remove"}
                              </Button>
                            </Show>
                          </div>
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            )}
          </Loaded>
        </section>
        <Show when={mayManage()}>
          <InvitationsCard organizationId={id()} invitations={invitations} members={members.value() ?? []} />
        </Show>
        <section class="card padded" aria-labelledby="roles">
          <h2 id="roles">What each role may do</h2>
          <dl class="facts">
            <For each={ROLES}>
              {([, name, words]) => (
                <>
                  <dt>{name}</dt>
                  <dd>{words}</dd>
                </>
              )}
            </For>
          </dl>
        </section>
      </div>
      <InviteDialog
        open={inviting()}
        organizationId={id()}
        role={role() ?? "viewer"}
        onInvited={() => void invitations.reload()}
        onClose={() => setInviting(false)}
      />
      <ConfirmDialog
        open={removed() !== undefined}
        title={removed() && isMe(removed() as Member) ? "Leave the organization?" : `Remove ${removed()?.name ?? ""}?`}
        consequences="Access to all its projects ends at once. An admin can send a new invitation."
        verb={removed() && isMe(removed() as Member) ? "Leave" : "Remove member"}
        onConfirm={remove}
        onClose={() => setRemoved(undefined)}
      />
    </>
  );
}
