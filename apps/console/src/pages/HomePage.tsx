import { Navigate } from "@solidjs/router";
import { Show } from "solid-js";
import { call } from "../api/call";
import { Frame } from "../layout/Frame";
import { createLoad } from "../load/createLoad";
import { Loaded } from "../parts/Loaded";
import { RequireSession } from "../session/RequireSession";
import { lastPlace } from "../layout/lastPlace";

/** Sends people to where they were last, or to their first organization, or to making one. */
export function HomePage() {
  return (
    <RequireSession>
      <Show when={lastPlace()} fallback={<ToOrganization />}>
        {(place) => <Navigate href={place()} />}
      </Show>
    </RequireSession>
  );
}

function ToOrganization() {
  const organizations = createLoad(
    () => true,
    (_, signal) => call("GET /organizations", { signal }),
  );
  return (
    <Frame>
      <Loaded load={organizations}>
        {(list) => {
          const first = list()[0];
          if (!first) return <Navigate href="/organizations/new" />;
          return <Navigate href={list().length === 1 ? `/organizations/${first.id}` : "/organizations"} />;
        }}
      </Loaded>
    </Frame>
  );
}
