import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

export default defineConfig({
  base: "/console/",
  plugins: [solid()],
  build: {
    target: "es2022",
    // `light-dark()` stays as it is: the first browsers that have it are older than the passkey functions used here.
    cssTarget: ["chrome129", "firefox129", "safari18"],
    // The policy forbids `data:` scripts and fonts, and a small picture more is no gain.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
