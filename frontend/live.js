/**
 * Live parts: `<div data-live="/url" data-every="10">` asks with the ETag of what it shows and swaps on a change.
 * An answer without its own data-live ends the polling; a hidden page does not ask.
 */

async function ask(part) {
  let tag = part.dataset.tag ?? "";
  try {
    const answer = await fetch(part.dataset.live, {
      headers: { "HX-Request": "true", "If-None-Match": tag, "Alliance-Background": "1" },
      credentials: "same-origin",
    });
    const elsewhere = answer.headers.get("HX-Redirect");
    if (elsewhere) { window.location.assign(elsewhere); return null; }
    if (answer.status === 304 || !answer.ok) return part;
    tag = answer.headers.get("ETag") ?? "";
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = parsed.getElementById(part.id);
    if (!next) return part;
    if (part.contains(document.activeElement) && document.activeElement !== part) return part;
    next.dataset.tag = tag;
    part.replaceWith(next);
    next.dispatchEvent(new Event("live:update", { bubbles: true }));
    return next;
  } catch {
    return part; // the network is away; the next round asks again
  }
}

async function keep(part) {
  let shown = part;
  while (shown?.dataset.live && shown.isConnected) {
    await new Promise((done) => { setTimeout(done, 1000 * Number(shown.dataset.every ?? 10)); });
    if (!document.hidden && shown.isConnected) shown = await ask(shown);
  }
}

/** Starts every live part of the page. */
export function start() {
  for (const part of document.querySelectorAll("[data-live]")) keep(part);
}
