import { createServer } from "node:net";

// Below the range from which the system takes ports for outgoing connections: none of those can take a port
// between our look and the server's bind.
const FIRST_PORT = 21_000;
const PORTS_A_WORKER = 500;

let next = 0;

/** A port that is free on both loopback addresses and that no other worker claims. */
export async function claimPort(workerIndex: number): Promise<number> {
  while (next < PORTS_A_WORKER) {
    const port = FIRST_PORT + workerIndex * PORTS_A_WORKER + next;
    next += 1;
    if ((await isFree(port, "127.0.0.1")) && (await isFree(port, "::1"))) return port;
  }
  throw new Error("this worker has used up its ports");
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has nobody listening there either.
      resolve(error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT");
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
