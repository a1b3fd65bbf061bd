import { join } from "node:path";
import { paths } from "../stack/paths.ts";
import { john } from "./demoUsers.ts";
import { personAt } from "./personAt.ts";
import { expect, test } from "./test.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`every page can be looked at in ${colorScheme}`, async ({ page, authenticator, backendKind }) => {
    const person = personAt(page);
    const picture = async (name: string) => {
      await page.screenshot({ path: join(paths.artifacts, `${backendKind}-${colorScheme}-${name}.png`) });
    };
    await page.setViewportSize({ width: 900, height: 760 });
    await page.emulateMedia({ colorScheme });

    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Welcome" })).toBeVisible();
    await picture("1-home");

    await person.openLogin();
    await page.getByText("Demo users").click();
    await picture("2-login");
    await person.tryPassword({ ...john, password: "wrong" });
    await expect(person.alert).not.toBeEmpty();
    await picture("3-login-refused");

    await person.logIn(john);
    await picture("4-dashboard");
    await person.register();
    await picture("5-registered");
    await person.tryRegistration();
    await expect(person.alert).not.toBeEmpty();
    await picture("6-registered-twice");

    await page.setViewportSize({ width: 360, height: 640 });
    await picture("7-phone");
    expect(await authenticator.credentials()).toHaveLength(1);
  });
}
