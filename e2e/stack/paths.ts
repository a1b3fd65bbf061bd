import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "debug");

/** Where the parts are. The binaries can be named, to test others than a debug build's. */
export const paths = {
  passgate: process.env.PASSGATE_BIN ?? resolve(target, "passgate"),
  rustBackend: process.env.TUTORIAL_BACKEND_BIN ?? resolve(target, "tutorial-backend"),
  honoBackend: resolve(root, "examples/tutorial/backend-hono"),
  frontend: resolve(root, "examples/tutorial/frontend"),
  frontendBuild: resolve(root, "examples/tutorial/frontend/dist"),
  e2e: resolve(root, "e2e"),
  nodeModules: resolve(root, "e2e/node_modules"),
  artifacts: resolve(root, "e2e/artifacts"),
} as const;
