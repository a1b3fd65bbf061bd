import { paths } from "./paths.ts";
import { folderSource, type PageSource } from "./servePages.ts";

const PLACE = '<meta name="backend-url" content="" />';

/** The built frontend, told where its backend is. Every path without a file is a page of the app's own router. */
export function frontendSource(backendUrl: string): PageSource {
  const files = folderSource(paths.frontendBuild);
  return async (path) => {
    if (path.startsWith("/assets/")) return files(path);
    const index = await files("/index.html");
    if (!index?.body.includes(PLACE)) throw new Error("the frontend's index.html has no place for the backend's URL");
    return { ...index, body: index.body.replace(PLACE, `<meta name="backend-url" content="${backendUrl}" />`) };
  };
}
