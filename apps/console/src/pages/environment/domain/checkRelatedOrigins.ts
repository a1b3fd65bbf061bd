const MAX_LABELS = 5;

/**
 * What is wrong with the file that a domain serves for related origins (WebAuthn Level 3, §5.11); undefined if it
 * names all that are needed. Labels are counted by the part before a public suffix's last dot, which is close enough
 * for a hint.
 */
export function checkRelatedOrigins(text: string, needed: readonly string[]): string | undefined {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return "This is no JSON.";
  }
  if (typeof file !== "object" || file === null || !("origins" in file) || !Array.isArray(file.origins)) {
    return "It has no list called “origins”.";
  }
  const origins: readonly unknown[] = file.origins;
  for (const origin of origins) {
    if (typeof origin !== "string") return "Everything in “origins” has to be a text.";
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url?.protocol !== "https:") return `${origin} is no https origin.`;
    if (url.origin !== origin) return `${origin} has to be written as ${url.origin}.`;
  }
  const missing = needed.filter((origin) => !origins.includes(origin));
  if (missing.length > 0) return `Missing: ${missing.join(", ")}.`;
  const labels = new Set(origins.map((origin) => new URL(origin as string).hostname.split(".").at(-2)));
  if (labels.size > MAX_LABELS) return `Browsers look at ${MAX_LABELS} different names only; these are ${labels.size}.`;
  return undefined;
}
