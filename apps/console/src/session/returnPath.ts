/** Where to go after signing in: a path of ours, or the start. Anything else could lead off the console. */
export function returnPath(asked: string | string[] | undefined): string {
  return typeof asked === "string" && /^\/(?![/\\])/.test(asked) ? asked : "/";
}
