const DEFAULT_URL = "http://localhost:3000";

/** Where the backend is, without a slash at the end: told by the page, else by the build, else the default. */
export function backendUrl(): string {
  const told = document.querySelector<HTMLMetaElement>('meta[name="backend-url"]')?.content;
  const built: unknown = import.meta.env.VITE_BACKEND_URL;
  const url = told || (typeof built === "string" && built) || DEFAULT_URL;
  return url.replace(/\/+$/, "");
}
