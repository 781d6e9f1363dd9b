/** List pages: density, columns and full screen, remembered on this computer; filters live in the address. */

const store = (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* not remembered */ } };
const recall = (key, fallback) => { try { return JSON.parse(localStorage.getItem(key)) ?? fallback; } catch { return fallback; } };

function hide(list, hidden) {
  for (const cell of list.querySelectorAll("[data-column]")) cell.hidden = hidden.includes(cell.dataset.column);
  for (const box of list.querySelectorAll("[data-shows]")) box.checked = !hidden.includes(box.dataset.shows);
}

function dress(list) {
  const name = `list:${list.dataset.list}`;
  list.classList.toggle("list-dense", recall(`${name}:dense`, false));
  hide(list, recall(`${name}:hidden`, []));
  if (list.dataset.dressed) return;
  list.dataset.dressed = "yes";
  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-density]")) store(`${name}:dense`, list.classList.toggle("list-dense"));
    if (event.target.closest("[data-fullscreen]")) {
      if (document.fullscreenElement) document.exitFullscreen();
      else list.requestFullscreen();
    }
  });
  list.addEventListener("change", (event) => {
    if (!event.target.matches("[data-shows]")) return;
    const hidden = [...list.querySelectorAll("[data-shows]")].filter((box) => !box.checked).map((box) => box.dataset.shows);
    store(`${name}:hidden`, hidden);
    hide(list, hidden);
  });
}

/** Dresses the lists of a scope; safe to call again after a swap. */
export function enhance(scope) {
  const found = scope.querySelectorAll?.("[data-list]") ?? [];
  for (const list of found.length ? found : document.querySelectorAll("[data-list]")) dress(list);
}
