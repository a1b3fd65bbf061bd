import { randomBytes } from "node:crypto";

const ID_BYTES = 32;

export interface Sessions {
  /** Opens a session and returns its id, which is as good as the person's password while it lasts. */
  readonly open: (userId: string) => string;
  readonly userOf: (sessionId: string) => string | undefined;
  /** Whether there was a session to close. */
  readonly close: (sessionId: string) => boolean;
}

interface SessionRules {
  readonly lifetimeMs: number;
  readonly now: () => number;
}

/** Sessions in memory: they end with the process, and after their lifetime whatever a cookie says. */
export function createSessions({ lifetimeMs, now }: SessionRules): Sessions {
  const sessions = new Map<string, { readonly userId: string; readonly expiresAt: number }>();

  const purge = () => {
    // All live equally long and a Map keeps the order of insertion, so the first live one ends the search.
    for (const [id, session] of sessions) {
      if (session.expiresAt > now()) return;
      sessions.delete(id);
    }
  };

  return {
    open(userId) {
      purge();
      const id = randomBytes(ID_BYTES).toString("base64url");
      sessions.set(id, { userId, expiresAt: now() + lifetimeMs });
      return id;
    },
    userOf(sessionId) {
      purge();
      return sessions.get(sessionId)?.userId;
    },
    close(sessionId) {
      purge();
      return sessions.delete(sessionId);
    },
  };
}
