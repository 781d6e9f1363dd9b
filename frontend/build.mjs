/**
 * Builds the browser's part: frontend/ -> static/. Run by scripts/frontend, which also writes the manifest.
 *
 * Every entry becomes one self-contained file, so that a page names what it loads and nothing is fetched twice.
 */

import { readFileSync, readdirSync, writeFileSync, mkdirSync, rmSync } from "node:fs";
import { build, transformSync } from "esbuild";
import { dropUnread, slim } from "./style/slim.mjs";

const out = new URL("../static/", import.meta.url);
const source = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const own = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".js"));

/** Entries that a page or a worker loads; every other .js file here is a module of one of them. */
const ENTRIES = ["theme.js", "portal.js", "evidence.js", "chart.js", "submit.js", "file.js", "find.js", "queue.js", "warning-list.js", "paper.js", "seized.js", "blind-worker.js", "locker-worker.js", "key-directory.js", "case-keys.js", "disclosure.js", "package.js", "selftest.js"];

function icons() {
  const symbols = source("icons.txt").trim().split("\n").map((name) => {
    const svg = source(`node_modules/@tabler/icons/icons/outline/${name}.svg`);
    const paths = svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/<path stroke="none"[^>]*>/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${paths.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

function stylesheet() {
  const app = transformSync(source("style/app.css"), { loader: "css", minify: true }).code;
  const tabler = slim(source("node_modules/@tabler/core/dist/css/tabler.min.css"));
  const css = dropUnread(`${tabler}\n${app}`, own.map((name) => source(name)).join("\n"));
  return transformSync(css, { loader: "css", minify: true, target: "chrome100" }).code;
}

const entries = ENTRIES.filter((name) => own.includes(name));
const made = { css: ["portal.css"], img: ["icons.svg", "mark.svg"], js: ["htmx.js", ...entries] };
for (const [folder, names] of Object.entries(made)) {
  mkdirSync(new URL(folder, out), { recursive: true });
  for (const name of readdirSync(new URL(folder, out))) if (!names.includes(name)) rmSync(new URL(`${folder}/${name}`, out));
}
writeFileSync(new URL("css/portal.css", out), stylesheet());
writeFileSync(new URL("img/icons.svg", out), icons());
writeFileSync(new URL("img/mark.svg", out), source("style/mark.svg"));
writeFileSync(new URL("js/htmx.js", out), source("node_modules/htmx.org/dist/htmx.min.js").replace(/\n\/\/# sourceMappingURL.*/, ""));
await build({
  entryPoints: entries.map((name) => new URL(name, import.meta.url).pathname),
  outdir: new URL("js", out).pathname,
  bundle: true,
  minify: true,
  format: "iife",
  charset: "utf8",
  target: "chrome100",
  legalComments: "none",
});
