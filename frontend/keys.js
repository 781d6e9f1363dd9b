/** The keyboard: `/` searches, `j` and `k` walk a list, `o` and Enter open, `?` shows this help. */

/** Whether a key belongs to a field; a checkbox takes none but the space bar. */
export const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step))];
  (row.querySelector("a[data-opens-row]") ?? row.querySelector("a, button") ?? row).focus();
  row.scrollIntoView({ block: "nearest" });
}

const GO = { h: "home", s: "submit", f: "file", l: "submissions", c: "collisions" };
let going = false;

/** Starts listening; a key typed into a field is left alone. */
export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (going) {
      going = false;
      const link = document.querySelector(`[data-go="${GO[event.key]}"]`);
      if (link) { event.preventDefault(); link.click(); return; }
    }
    const actions = {
      "/": () => document.querySelector("[data-search], [role=search] input, [role=search] select")?.focus(),
      j: () => walk(1),
      k: () => walk(-1),
      g: () => { going = true; },
      o: () => document.activeElement.closest("[data-row]")?.querySelector("a[data-opens-row]")?.click(),
      "?": () => document.getElementById("keys").showModal(),
    };
    if (actions[event.key]) { event.preventDefault(); actions[event.key](); }
  });
}
