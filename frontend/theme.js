/** Loaded first, so that a page never flashes in the wrong colours: the theme, and whether scripts run at all. */

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
