import { john } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

// The shortest that a tenant may set.
const CHALLENGE_MS = 10_000;

test.use({ policy: { timeout: CHALLENGE_MS } });

test("a registration that took longer than its challenge lives can be tried again", async ({
  page,
  stack,
  authenticator,
}) => {
  const person = personAt(page);
  await person.logIn(john);

  const registration = `${stack.backendUrl}/passkeys/register`;
  await page.route(registration, async (route) => {
    const { finish } = route.request().postDataJSON() as { finish: boolean };
    // The one thing that only time brings about. The challenge was made before this request was held back.
    if (finish) await new Promise((resolve) => setTimeout(resolve, CHALLENGE_MS));
    await route.continue();
  });
  const answer = await person.answerToFinish(async () => {
    await person.tryRegistration();
    await expect(person.status).toHaveText("Loading…");
  });
  expect(answer).toMatchObject({ status: 400, body: { code: "challenge_expired" } });
  await expect(person.alert).toHaveText(
    "This attempt is no longer valid; it may have taken too long. Please try again.",
  );

  await page.unrouteAll();
  await person.register();
  await person.logOut();
  await person.signIn(john);
  expect(await authenticator.credentials()).toHaveLength(1);
});
