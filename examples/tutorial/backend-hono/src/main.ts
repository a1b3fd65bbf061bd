import { existsSync } from "node:fs";
import { serve } from "@hono/node-server";
import { createApp } from "./createApp.ts";
import { readConfig } from "./readConfig.ts";

// What is set in the environment wins over the file.
if (existsSync(".env")) process.loadEnvFile(".env");

const config = readConfig(process.env);
const app = createApp(config);

// Loopback only: this is a demo with passwords that are printed in its README.
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: config.port }, () => {
  console.log(`tutorial backend (Hono) on http://localhost:${config.port}`);
});

// Requests under way finish. Only then does the process end, by itself.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => server.close());
}
