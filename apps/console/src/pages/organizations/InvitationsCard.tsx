import { For, Show } from "solid-js";
import { call } from "../../api/call";
import type { Invitation, Member } from "../../api/types";
import { createAction } from "../../load/createAction";
import type { Load } from "../../load/createLoad";
import { announce } from "../../parts/announce";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Loaded } from "../../parts/Loaded";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { Time } from "../../parts/Time";

interface InvitationsCardProps {
  readonly organizationId: string;
  readonly invitations: Load<Invitation[]>;
  readonly members: readonly Member[];
}

/** Invitations that nobody has accepted yet. */
export function InvitationsCard(props: InvitationsCardProps) {
  const action = createAction();
  const revoke = (invitation: Invitation) =>
    action.run(async () => {
      await call("DELETE /organizations/{organization_id}/invitations/{invitation_id}", {
        path: { organization_id: props.organizationId, invitation_id: invitation.id },
      });
      announce("Revoked the invitation");
      await props.invitations.reload();
    });
  return (
    <section class="card" aria-labelledby="invitations">
      <div class="card-head">
        <div>
          <h2 id="invitations">Open invitations</h2>
          <p>Each link works once.</p>
        </div>
      </div>
      <ProblemNotice problem={action.problem()} />
      <Loaded load={props.invitations} lines={2}>
        {(list) => (
          <Show when={list().length > 0} fallback={<p class="card-body quiet">None. “Invite” makes a link to send.</p>}>
            <table class="table stacking">
              <thead>
                <tr>
                  <th scope="col">For</th>
                  <th scope="col">Role</th>
                  <th scope="col">By</th>
                  <th scope="col">Expires</th>
                  <th scope="col">
                    <span class="sr">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                <For each={list()}>
                  {(invitation) => (
                    <tr>
                      <td data-label="For">{invitation.email ?? "Whoever opens the link"}</td>
                      <td data-label="Role">
                        <Badge>{invitation.role}</Badge>
                      </td>
                      <td data-label="By">
                        {props.members.find(({ operator_id }) => operator_id === invitation.invited_by)?.name ?? (
                          <span class="quiet">Somebody who left</span>
                        )}
                      </td>
                      <td data-label="Expires">
                        <Time at={invitation.expires_at} />
                      </td>
                      <td class="end">
                        <div class="buttons">
                          <Button
                            size="small"
                            kind="danger"
                            busy={action.busy()}
                            onClick={() => void revoke(invitation)}
                          >
                            Revoke
                          </Button>
                        </div>
                      </td>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </Show>
        )}
      </Loaded>
    </section>
  );
}
