import type { Query } from "./Endpoints";

/** Where an endpoint is: `GET /a/{b}` with `b` and a query filled in. */
export function endpointUrl(endpoint: string, path: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  const template = endpoint.slice(endpoint.indexOf(" ") + 1);
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    if (typeof value === "object") value.forEach((one) => asked.append(name, one));
    else asked.set(name, String(value));
  }
  const text = asked.toString();
  return `/console/api${filled}${text === "" ? "" : `?${text}`}`;
}
