import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

// A passkey's tenant names its origin with the port, so another port must fail rather than be picked.
const listen = { host: "localhost", port: 5173, strictPort: true };

export default defineConfig({
  plugins: [solid()],
  server: listen,
  preview: listen,
  build: { target: "es2022" },
});
