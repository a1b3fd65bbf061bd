/** What the server says in the middle of a line, as a sentence of its own. The name of a member stays as it is. */
export function sentence(text: string): string {
  const full = /^\w*_/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(full) ? full : `${full}.`;
}
