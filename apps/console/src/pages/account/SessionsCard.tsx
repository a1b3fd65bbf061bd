import { For, Show } from "solid-js";
import { call } from "../../api/call";
import type { SessionInfo } from "../../api/types";
import { createAction } from "../../load/createAction";
import { createLoad } from "../../load/createLoad";
import { announce } from "../../parts/announce";
import { Badge } from "../../parts/Badge";
import { Button } from "../../parts/Button";
import { Loaded } from "../../parts/Loaded";
import { ProblemNotice } from "../../parts/ProblemNotice";
import { Time } from "../../parts/Time";

const VIA: Record<SessionInfo["via"], string> = {
  passkey: "Passkey",
  recovery_code: "Recovery code",
  recovery_link: "Recovery link",
};

/** Where the operator is signed in. */
export function SessionsCard() {
  const sessions = createLoad(
    () => true,
    (_, signal) => call("GET /sessions", { signal }),
  );
  const action = createAction();
  const end = (session: SessionInfo) =>
    action.run(async () => {
      await call("DELETE /sessions/{session_id}", { path: { session_id: session.id } });
      announce("Ended the session");
      await sessions.reload();
    });
  const endOthers = () =>
    action.run(async () => {
      const { ended } = await call("DELETE /sessions");
      announce(ended === 1 ? "Ended one session" : `Ended ${ended} sessions`);
      await sessions.reload();
    });
  return (
    <section class="card" aria-labelledby="sessions">
      <div class="card-head">
        <div>
          <h2 id="sessions">Sessions</h2>
          <p>They end after 12 hours without use, and after 30 days at the latest.</p>
        </div>
        <Show when={(sessions.value()?.length ?? 0) > 1}>
          <Button busy={action.busy()} onClick={() => void endOthers()}>
            End all others
          </Button>
        </Show>
      </div>
      <ProblemNotice problem={action.problem()} />
      <Loaded load={sessions} lines={2}>
        {(list) => (
          <table class="table stacking">
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Signed in with</th>
                <th scope="col">Address</th>
                <th scope="col">Last used</th>
                <th scope="col">
                  <span class="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              <For each={list()}>
                {(session) => (
                  <tr>
                    <td>
                      <span class="main">{session.device || "Unknown device"}</span>{" "}
                      <Show when={session.current}>
                        <Badge tone="accent">This one</Badge>
                      </Show>
                    </td>
                    <td data-label="Signed in with">{VIA[session.via]}</td>
                    <td data-label="Address" class="mono">
                      {session.source_ip}
                    </td>
                    <td data-label="Last used">
                      <Time at={session.last_used_at} />
                    </td>
                    <td class="end">
                      <div class="buttons">
                        <Show when={!session.current}>
                          <Button
                            size="small"
                            kind="danger"
                            label={`End the session of ${session.device || "an unknown device"}`}
                            busy={action.busy()}
                            onClick={() => void end(session)}
                          >
                            End
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
  );
}
