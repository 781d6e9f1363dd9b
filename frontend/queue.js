/**
 * The queue's keyboard: `x` chooses a row (with Shift, all from the last one chosen), `a` accepts, `r` rejects,
 * `s` snoozes, `m` assigns to me, `o` opens. An act is for the chosen rows, or else for the row one stands on.
 * Everything here presses what the page shows, so checkboxes and buttons do the same without it.
 */

import { typing } from "./keys.js";
import { _ } from "./words.js";

const AT = "queue:at";
const form = () => document.querySelector("[data-queue]");
const rows = () => [...document.querySelectorAll("[data-queue] [data-row]")];
const box = (row) => row?.querySelector("input[name=ref]");
const chosen = () => rows().filter((row) => box(row)?.checked);
const here = () => document.activeElement?.closest?.("[data-queue] [data-row]");
let anchor = null;

function fill(element, n) {
  element.textContent = element.dataset.words.replace("{n}", n);
}

/** Says how many are chosen; an act with several asks first. */
function count() {
  const n = chosen().length;
  const shown = form()?.querySelector("[data-chosen]");
  if (!shown) return;
  fill(shown, n);
  shown.hidden = !n;
  form().querySelector("[data-all]").checked = n > 0 && n === rows().length;
  for (const button of form().querySelectorAll("[data-confirm-many]")) {
    if (n > 1) button.dataset.confirm = button.dataset.confirmMany.replace("{n}", n);
    else delete button.dataset.confirm;
  }
}

function choose(row, wanted, range) {
  const all = rows();
  const from = all.indexOf(range ? anchor : row);
  const to = all.indexOf(row);
  const between = all.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1);
  for (const one of between) box(one).checked = wanted;
  anchor = row;
  count();
}

/** The rows an act is for; none said is the row one stands on. */
function settle() {
  if (!chosen().length && here()) choose(here(), true, false);
  return chosen().length;
}

function open(key) {
  if (!settle()) return;
  const panel = form().querySelector(`[data-panel="${key}"]`);
  panel.open = true;
  panel.querySelector("select, input").focus();
}

function press(button) {
  if (settle()) form().requestSubmit(button);
}

const KEYS = {
  x: (event) => { const row = here(); if (row) choose(row, event.shiftKey || !box(row).checked, event.shiftKey); },
  a: () => press(form().querySelector('[data-key="a"]')),
  r: () => open("r"),
  s: () => open("s"),
  m: () => {
    form().querySelector("#triage-assignee").value = "me";
    press(form().querySelector('[data-panel="m"] button'));
  },
};

document.addEventListener("keydown", (event) => {
  if (!form() || document.querySelector("dialog[open]")) return;
  const panel = event.target.closest("[data-panel]");
  if (panel && event.key === "Enter" && event.target.matches("input, select")) {
    event.preventDefault();
    panel.querySelector("button").click();
  } else if (panel && event.key === "Escape") {
    (here() ?? chosen()[0])?.querySelector("a[data-opens-row]").focus();
  }
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !KEYS[key] || event.defaultPrevented) return;
  if (!form().querySelector("[data-chosen]")) return;
  event.preventDefault();
  KEYS[key](event);
});

document.addEventListener("click", (event) => {
  if (!event.target.matches("[data-queue] input[name=ref]")) return;
  choose(event.target.closest("[data-row]"), event.target.checked, event.shiftKey && anchor);
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  for (const row of rows()) box(row).checked = event.target.checked;
  count();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-queue]") || event.defaultPrevented) return;
  const n = chosen().length;
  if (!n) {
    event.preventDefault();
    document.getElementById("announcements").textContent = _("Choose collisions first.");
    return;
  }
  try { sessionStorage.setItem(AT, String(rows().indexOf(chosen()[0]))); } catch { /* one begins at the top again */ }
  const busy = event.target.querySelector("[data-busy]");
  fill(busy, n);
  busy.hidden = false;
  setTimeout(() => { for (const button of event.target.querySelectorAll("button")) button.disabled = true; });
});

document.addEventListener("htmx:after:swap", count);
// Back from the browser's memory: what was being written is written.
window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

try {
  const at = sessionStorage.getItem(AT);
  sessionStorage.removeItem(AT);
  if (at !== null) rows()[Math.min(Number(at), rows().length - 1)]?.querySelector("a[data-opens-row]").focus();
} catch { /* one begins at the top */ }
count();
