import { john } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

test.use({ policy: { attestation_preference: "direct" } });

test("a tenant that asks for attestation gets Chromium's, verified as packed", async ({
  page,
  stack,
  authenticator,
}) => {
  const person = personAt(page);
  await person.logIn(john);
  await person.register();
  await person.logOut();
  await person.signIn(john);

  const { passgate } = stack;
  const [credential] = await authenticator.credentials();
  const id = Buffer.from(credential?.credentialId ?? "", "base64").toString("base64url");
  expect(await passgate.credentials(passgate.tenant)).toEqual([
    expect.objectContaining({ id, attestation_type: "packed" }) as unknown,
  ]);
});
