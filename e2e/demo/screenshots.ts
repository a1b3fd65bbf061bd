import { resolve } from "node:path";

/** The folder that the pictures go to. */
export const screenshots = resolve(import.meta.dirname, process.env.SCREENSHOTS ?? "../artifacts/demo");
