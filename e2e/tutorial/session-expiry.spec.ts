import { john } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

const SESSION_SECONDS = 2;

test.use({ sessionSeconds: SESSION_SECONDS });

test("a session ends when its time is over, even for a browser that kept the cookie", async ({ page, context }) => {
  const person = personAt(page);
  await person.logIn(john);
  // The one thing that only time brings about.
  const over = new Promise((resolve) => setTimeout(resolve, SESSION_SECONDS * 1000));
  const cookies = await context.cookies();
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, expires: Date.now() / 1000 + 3600 })));
  await over;

  await person.tryRegistration();
  await expect(page).toHaveURL("/login");
  await expect(person.status).toHaveText("Please log in to see your dashboard.");
});
