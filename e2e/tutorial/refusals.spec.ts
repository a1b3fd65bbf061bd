import { john } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

test("a wrong password is said, and the right one works after it", async ({ page }) => {
  const person = personAt(page);
  await person.openLogin();
  await person.tryPassword({ ...john, password: "password124" });
  await expect(person.alert).toHaveText("Invalid username or password.");

  await person.tryPassword(john);
  await expect(page).toHaveURL("/dashboard");
});

test("a device that has a passkey gets no second one", async ({ page, authenticator }) => {
  const person = personAt(page);
  await person.logIn(john);
  await person.register();
  await person.tryRegistration();
  await expect(person.alert).toHaveText(
    "This device already has a passkey for your account. You can sign in with it; there is no need for another one.",
  );
  expect(await authenticator.credentials()).toHaveLength(1);

  await person.logOut();
  await person.signIn(john);
});

test("a registration prompt that is turned away changes nothing", async ({ page, authenticator }) => {
  const person = personAt(page);
  await person.logIn(john);
  await authenticator.setUserVerified(false);
  await person.tryRegistration();
  await expect(person.alert).toHaveText(
    "The passkey prompt was closed before it finished. Nothing has changed; try again when you are ready.",
  );

  await authenticator.setUserVerified(true);
  await person.register();
  await person.logOut();
  await person.signIn(john);
});

test("a login prompt that is turned away leaves both ways to log in", async ({ page, authenticator }) => {
  const person = personAt(page);
  await person.logIn(john);
  await person.register();
  await person.logOut();

  await person.openLogin();
  await authenticator.setUserVerified(false);
  await person.tryPasskey();
  await expect(person.alert).toHaveText(
    "The passkey prompt was closed before it finished. Nothing has changed; try again when you are ready.",
  );

  await person.tryPassword(john);
  await expect(page).toHaveURL("/dashboard");
  await person.logOut();
  await authenticator.setUserVerified(true);
  await person.signIn(john);
});

test("a device that doesn't check the person is told apart, with what to do", async ({ page, authenticator }) => {
  const person = personAt(page);
  await person.logIn(john);
  await authenticator.misbehave({ isBadUV: true });
  const answer = await person.answerToFinish(person.tryRegistration);
  expect(answer).toMatchObject({ status: 422, body: { code: "user_verification_missing" } });
  await expect(person.alert).toHaveText(
    "Your device didn't check that it's you. Set up a PIN, a fingerprint or a screen lock on it, then try again.",
  );

  await authenticator.misbehave({});
  await person.register();
  await person.logOut();

  await authenticator.misbehave({ isBadUV: true });
  await person.openLogin();
  expect(await person.answerToFinish(person.tryPasskey)).toEqual({
    status: 401,
    body: { message: "Invalid user", code: "user_verification_missing" },
  });
  await expect(person.alert).toContainText("Your device didn't check that it's you.");
  await authenticator.misbehave({});
  await person.signIn(john);
});

test("a signature that doesn't verify logs nobody in", async ({ page, authenticator }) => {
  const person = personAt(page);
  await person.logIn(john);
  await person.register();
  await person.logOut();

  await authenticator.misbehave({ isBogusSignature: true });
  await person.openLogin();
  const answer = await person.answerToFinish(person.tryPasskey);
  expect(answer).toMatchObject({ status: 401, body: { message: "Invalid user" } });
  await expect(person.alert).toHaveText("This passkey could not be verified. Try again, or log in with your password.");
  await page.goto("/dashboard");
  await expect(page).toHaveURL("/login");

  await authenticator.misbehave({});
  await person.signIn(john);
});

test("a passkey whose counter went back is refused as a copy", async ({ page, authenticator }) => {
  const person = personAt(page);
  await person.logIn(john);
  await person.register();
  await person.logOut();
  await person.signIn(john);
  await person.logOut();
  await person.signIn(john);
  await person.logOut();

  const [credential] = await authenticator.credentials();
  if (!credential) throw new Error("the authenticator has no credential");
  await authenticator.rewindCounter(credential, 0);
  await person.openLogin();
  expect(await person.answerToFinish(person.tryPasskey)).toEqual({
    status: 401,
    body: { message: "Invalid user", code: "counter_rollback" },
  });
  await expect(person.alert).toHaveText(
    "This passkey was refused because it may have been copied. Log in with your password and register a new one.",
  );

  await authenticator.rewindCounter(credential, credential.signCount);
  await person.signIn(john);
});

test("a passkey that was deleted on the server is no longer known", async ({ page, authenticator, stack }) => {
  const person = personAt(page);
  await person.logIn(john);
  await person.register();
  await person.logOut();

  const [credential] = await authenticator.credentials();
  if (!credential) throw new Error("the authenticator has no credential");
  const { passgate } = stack;
  const credentialId = Buffer.from(credential.credentialId, "base64").toString("base64url");
  await passgate.deleteCredential(passgate.tenant, credentialId);

  await person.openLogin();
  expect(await person.answerToFinish(person.tryPasskey)).toEqual({
    status: 401,
    body: { message: "Invalid user", code: "credential_revoked" },
  });
  await expect(person.alert).toHaveText(
    "This passkey is no longer registered here. Log in with your password, and delete the old passkey on your device.",
  );

  // The device may take a new one now: it's no longer among those to exclude.
  await person.tryPassword(john);
  await person.register();
  await person.logOut();
  await person.signIn(john);
});

test("a passkey that another person's session sends in counts for nobody", async ({ page, authenticator, stack }) => {
  const person = personAt(page);
  await person.logIn(john);
  // John's answer to his own options, finished in a session that has meanwhile become Sergio's.
  await page.route(`${stack.backendUrl}/passkeys/register`, async (route) => {
    const body = route.request().postDataJSON() as { finish: boolean };
    if (body.finish) {
      const login = await page.request.post(`${stack.backendUrl}/login`, {
        data: { email: "sergio_mq@example.com", password: "very_secure_password" },
      });
      expect(login.status()).toBe(200);
    }
    await route.continue();
  });
  const answer = await person.answerToFinish(person.tryRegistration);
  expect(answer).toMatchObject({ status: 403, body: { code: "user_mismatch" } });
  await expect(person.alert).toHaveText("This passkey could not be registered. Try again, or use another device.");

  // The device has kept it, as it can't know; the server has not.
  expect(await authenticator.credentials()).toHaveLength(1);
  await person.logOut();
  await person.openLogin();
  expect(await person.answerToFinish(person.tryPasskey)).toMatchObject({
    status: 401,
    body: { code: "credential_revoked" },
  });
  await page.unrouteAll();
  await person.logIn(john);
  await person.register();
  await person.logOut();
  await person.signIn(john);
});
