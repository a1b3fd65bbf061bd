import { A } from "@solidjs/router";
import { Gate } from "../layout/Gate";
import { GateHeading } from "../layout/GateHeading";

export function NotFoundPage() {
  return (
    <Gate>
      <GateHeading title="There is no such page">The address may be mistyped, or the page has moved.</GateHeading>
      <A href="/" class="button primary">
        To the start
      </A>
    </Gate>
  );
}
