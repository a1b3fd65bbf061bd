import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointUrl } from "./endpointUrl";

test("what stands in a path is escaped, so that it stays one segment", () => {
  const path = { tenant_id: "a/../b?c", user_id: "ü" };
  assert.equal(
    endpointUrl("GET /environments/{tenant_id}/users/{user_id}", path),
    "/console/api/environments/a%2F..%2Fb%3Fc/users/%C3%BC",
  );
});

test("a query leaves out what is empty, and repeats what is several", () => {
  assert.equal(
    endpointUrl("GET /x", {}, { q: "", type: ["a", "b"], limit: 50, before: undefined }),
    "/console/api/x?type=a&type=b&limit=50",
  );
});
