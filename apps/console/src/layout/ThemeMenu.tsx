import { setTheme, theme, type Theme } from "../theme/theme";

const OPTIONS: readonly (readonly [Theme, string])[] = [
  ["system", "System colours"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** Light, dark, or as the system says. */
export function ThemeMenu() {
  return (
    <select
      class="input theme"
      aria-label="Colours"
      value={theme()}
      onChange={(event) => setTheme(event.currentTarget.value as Theme)}
    >
      {OPTIONS.map(([value, text]) => (
        <option value={value} selected={value === theme()}>
          {text}
        </option>
      ))}
    </select>
  );
}
