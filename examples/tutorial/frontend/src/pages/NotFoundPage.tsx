import { A } from "@solidjs/router";
import { PageHeading } from "../layout/PageHeading";

export function NotFoundPage() {
  return (
    <section class="card">
      <PageHeading title="Not found">There is no such page</PageHeading>
      <A href="/" class="button primary">
        To the start
      </A>
    </section>
  );
}
