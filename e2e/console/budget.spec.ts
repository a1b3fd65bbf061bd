import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { paths } from "../stack/paths.ts";
import { expect, test } from "./test.ts";

const FIRST_VIEW_BYTES = 150_000;
const dist = resolve(paths.e2e, "../apps/console/dist");

test("the first view is small, and so is every page after it", async ({ page, does }) => {
  let sent = 0;
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/console/api/")) return;
    sent += gzipSync(
      readFileSync(join(dist, pathname.startsWith("/console/assets/") ? pathname.slice(8) : "index.html")),
    ).length;
  });
  await page.goto("/console/sign-in");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(sent).toBeLessThan(FIRST_VIEW_BYTES);
  test.info().annotations.push({ type: "first view, gzip", description: `${sent} bytes` });
  console.log(`sign-in: ${sent} bytes compressed`);
  sent = 0;
  await does.startProject();
  console.log(`claim to overview: ${sent} bytes compressed`);
  expect(sent).toBeLessThan(FIRST_VIEW_BYTES);
});

test("the built page has no inline code or style, and names nobody else", () => {
  const index = readFileSync(join(dist, "index.html"), "utf8");
  expect(index).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
  expect(index.match(/<script[^>]*>[^<]/g)).toBeNull();
  for (const file of readdirSync(join(dist, "assets"))) {
    const named = readFileSync(join(dist, "assets", file), "utf8").match(
      /(?:src|href|url\(|fetch\(|import\()["'(]*https?:\/\/[^"')]+/g,
    );
    expect(named, file).toBeNull();
  }
});
