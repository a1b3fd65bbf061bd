/** Told `ended` when the server answered that there is no session any more. */
export const sessionEnd = new EventTarget();
