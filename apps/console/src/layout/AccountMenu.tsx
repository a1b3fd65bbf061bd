import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { useNavigate } from "@solidjs/router";
import { Show } from "solid-js";
import { asProblem } from "../problems/asProblem";
import { explainProblem } from "../problems/explainProblem";
import { announce } from "../parts/announce";
import { Icon } from "../parts/Icon";
import { Menu } from "../parts/Menu";
import { MenuAction } from "../parts/MenuAction";
import { MenuLink } from "../parts/MenuLink";
import { currentSession } from "../session/session";
import { signOut } from "../session/signOut";
import { setTheme, theme, type Theme } from "../theme/theme";
import { initials } from "./initials";

/** Who is signed in: their account, the colours, signing out. */
export function AccountMenu() {
  const navigate = useNavigate();
  const operator = () => currentSession()?.operator;
  const leave = async () => {
    try {
      await signOut();
      navigate("/sign-in");
    } catch (thrown) {
      announce(explainProblem(asProblem(thrown)));
    }
  };
  return (
    <Show when={operator()}>
      {(who) => (
        <Menu
          label={`Account of ${who().name}`}
          triggerClass="crumb"
          trigger={
            <>
              <i class="avatar" aria-hidden="true">
                {initials(who().name)}
              </i>
              <Icon name="chevron" />
            </>
          }
        >
          <p class="menu-label">
            <strong>{who().name}</strong>
            <br />
            {who().email}
          </p>
          <hr class="menu-line" />
          <MenuLink href="/account">Your account</MenuLink>
          <MenuLink href="/organizations">Organizations</MenuLink>
          <hr class="menu-line" />
          <DropdownMenu.RadioGroup value={theme()} onChange={(chosen) => setTheme(chosen as Theme)}>
            <DropdownMenu.RadioItem class="menu-item" value="system">
              System colours
              <DropdownMenu.ItemIndicator class="end">
                <Icon name="check" />
              </DropdownMenu.ItemIndicator>
            </DropdownMenu.RadioItem>
            <DropdownMenu.RadioItem class="menu-item" value="light">
              Light
              <DropdownMenu.ItemIndicator class="end">
                <Icon name="check" />
              </DropdownMenu.ItemIndicator>
            </DropdownMenu.RadioItem>
            <DropdownMenu.RadioItem class="menu-item" value="dark">
              Dark
              <DropdownMenu.ItemIndicator class="end">
                <Icon name="check" />
              </DropdownMenu.ItemIndicator>
            </DropdownMenu.RadioItem>
          </DropdownMenu.RadioGroup>
          <hr class="menu-line" />
          <MenuAction onSelect={() => void leave()}>Sign out</MenuAction>
        </Menu>
      )}
    </Show>
  );
}
