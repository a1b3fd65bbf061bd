import { createSignal } from "solid-js";

export type Theme = "system" | "light" | "dark";

const KEPT = "passgate-theme";

const [theme, setSignal] = createSignal<Theme>(kept());

/** What the person chose, for this browser. */
export { theme };

export function setTheme(chosen: Theme): void {
  setSignal(chosen);
  try {
    if (chosen === "system") localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, chosen);
  } catch {
    // Storage is off: it holds until the page is left.
  }
  applyTheme();
}

/** Puts the choice on the document; tokens.css does the rest. */
export function applyTheme(): void {
  if (theme() === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme();
}

function kept(): Theme {
  try {
    const found = localStorage.getItem(KEPT);
    return found === "light" || found === "dark" ? found : "system";
  } catch {
    return "system";
  }
}
