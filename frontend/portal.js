/** What every page has: menus, theme, copy buttons, relative times, confirmations, live parts, lists, keys. */

import { listen as keys } from "./keys.js";
import { enhance as lists } from "./lists.js";
import { start as live } from "./live.js";
import { _ } from "./words.js";

/** Says it to a screen reader and shows it for a moment. */
function announce(text) {
  const region = document.getElementById("announcements");
  region.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { region.textContent = ""; }, 4000);
}

const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];

function relative(seconds) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return words.format(Math.round(seconds / size), unit);
}

function dress(scope) {
  for (const time of scope.querySelectorAll("time[datetime]")) {
    time.title = relative((new Date(time.dateTime) - Date.now()) / 1000);
  }
  lists(scope);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}

/** The main menu of a narrow screen, as a drawer. */
function showMenu(open) {
  const toggle = document.querySelector("[data-toggle-nav]");
  if (!toggle || document.body.classList.contains("nav-open") === open) return;
  document.body.classList.toggle("nav-open", open);
  toggle.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector(".side a.item")?.focus();
  else toggle.focus();
}

/** Asks what the form, or the button that sends it, wants asked; sends it by that button. */
function ask(form, asking, button) {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("[data-question]").textContent = asking.dataset.confirm;
  dialog.querySelector("[data-yes]").textContent = asking.dataset.confirmLabel ?? _("Yes");
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    delete asking.dataset.confirm;
    form.requestSubmit(button);
  }, { once: true });
}

document.addEventListener("click", async (event) => {
  closeMenus(event.target);
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    announce(_("Copied: {text}", { text: copy.dataset.copy }));
  }
  const theme = event.target.closest("[data-set-theme]");
  if (theme) {
    try { localStorage.setItem("theme", theme.dataset.setTheme); } catch { /* storage is off: for this page only */ }
    document.dispatchEvent(new Event("theme"));
    closeMenus();
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.closest("[data-toggle-nav]")) showMenu(true);
  else if (!event.target.closest(".side")) showMenu(false);
  event.target.closest("[data-dismiss]")?.closest(".alert").remove();
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("submit", (event) => {
  const asking = [event.submitter, event.target].find((one) => one?.dataset.confirm);
  if (asking) {
    event.preventDefault();
    ask(event.target, asking, event.submitter);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeMenus();
  showMenu(false);
});

// An invitation's code stands after the # of its link, where no server sees it; it goes into the field and off the bar.
function takeCode() {
  for (const field of document.querySelectorAll("[data-from-address]")) {
    if (window.location.hash.length > 1) {
      field.value = window.location.hash.slice(1);
      window.history.replaceState(null, "", window.location.pathname);
    }
  }
}

/** To the first field of a refused form that says why, or to what is said of them all; signing in, to the first field. */
function toField() {
  const field = document.querySelector("main form :is([aria-invalid=true], .alert-danger:not([hidden]))")
    ?? document.querySelector(".entrance-form form input:not([type=hidden], [type=checkbox], [readonly])");
  if (!field) return;
  field.closest("details")?.setAttribute("open", "");
  if (field.matches(".alert")) field.tabIndex = -1;
  field.focus();
}

document.addEventListener("htmx:after:swap", () => dress(document));
document.addEventListener("live:update", (event) => dress(event.target));
window.addEventListener("hashchange", takeCode); // the link opened once more in this tab loads no new page
takeCode();
toField();
dress(document);
live();
keys();
