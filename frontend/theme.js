/** Loaded first, so that a page never flashes in the wrong colours: the theme, whether scripts run, and whether all have. */

const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function apply() {
  let chosen = "auto";
  try { chosen = localStorage.getItem("theme") ?? "auto"; } catch { /* storage is off: follow the system */ }
  root.dataset.bsTheme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
  root.dataset.theme = chosen;
}

root.classList.add("js");
apply();
dark.addEventListener("change", apply);
document.addEventListener("theme", apply);
// Until the deferred scripts have run, what needs them takes no click that would do nothing.
document.addEventListener("DOMContentLoaded", () => root.classList.add("ready"));
