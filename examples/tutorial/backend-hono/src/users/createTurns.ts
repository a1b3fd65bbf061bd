/** Runs a task when its turn comes. */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/** Lets `atOnce` tasks run at a time. The others wait, and go first who came first. */
export function createTurns(atOnce: number): InTurn {
  const waiting: (() => void)[] = [];
  let free = atOnce;

  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The turn is handed on, so that nobody who comes just now takes it.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
