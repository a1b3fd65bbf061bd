const NUMBER = new Intl.NumberFormat("en");

/** "1 member", "3 members". */
export function plural(count: number, word: string): string {
  return `${NUMBER.format(count)} ${word}${count === 1 ? "" : "s"}`;
}
