/** The page "Submit a clue": what is typed is normalised and blinded here; only digests are posted. */

import { Mistake, MOST_INDICATORS, MOST_NOTE, MOST_REFERENCE, freeText, indicator, kindName, listedAs, moment, row } from "./clues.js";
import { Evaluator, explain } from "./evaluator.js";
import { post } from "./http.js";
import { KINDS } from "./kinds.js";
import { fetchLists } from "./warnings.js";
import { _ } from "./words.js";

const form = document.getElementById("clue");
const field = (name) => form.querySelector(`[data-field="${name}"]`);
const checked = (name) => form.querySelector(`[data-field="${name}"] input:checked`)?.value ?? "";
const circles = JSON.parse(document.getElementById("circles").textContent);
const evaluator = new Evaluator();
const indicators = [];
let stoplist = null;

const value = field("value");
const preview = field("preview");
const chips = field("chips");
const problem = field("problem");
const send = field("send");

const libraries = () => circles.find((circle) => circle.code === field("circle").value)?.libraries ?? [];

/** [kind, text as typed]; a voice that does not name its library gets the chosen one, or no text while none is chosen. */
function typed() {
  const label = checked("kind");
  const text = value.value.trim();
  if (label !== "voice/1" || text.split(/[:：]/).length > 3) return [label, text];
  return [label, text && field("library").value && `${field("library").value}:${text}`];
}

function show(kind, text, code = "") {
  preview.className = `preview ${kind}`;
  preview.textContent = text;
  if (code) {
    const shown = document.createElement("code");
    shown.textContent = code;
    preview.append(" ", shown);
  }
}

function look() {
  const [label, text] = typed();
  value.placeholder = label === "voice/1" ? "C000123" : KINDS.get(label).example;
  field("libraries").hidden = label !== "voice/1";
  if (label === "voice/1" && !libraries().length) {
    show("warn", _("No voice library is registered in this circle, so voices cannot be compared here."));
    return null;
  }
  if (!text && value.value.trim()) {
    show("warn", _("Choose the voice library that this ID comes from."));
    return null;
  }
  if (!text) {
    show("", _("What will be hashed appears here as you type."));
    return null;
  }
  try {
    const found = indicator(label, text, libraries());
    const list = listedAs(found, stoplist);
    if (list) {
      show("warn", _("This value stands on a warning list ({list}): it is nobody's guilt, so it is not filed.", { list }), found.value);
      return null;
    }
    if (found.warnings.length) show("warn", found.warnings.join(" "), found.value);
    else show("ok", _("Will be hashed as"), found.value);
    return found;
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    show("bad", error.message);
    return null;
  }
}

function draw() {
  chips.replaceChildren(...indicators.map((one, place) => {
    const chip = document.createElement("li");
    chip.className = "chip";
    const name = document.createElement("b");
    name.textContent = kindName(one.label);
    const shown = document.createElement("code");
    shown.textContent = one.value;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", _("Remove {kind} {value}", { kind: kindName(one.label), value: one.value }));
    remove.addEventListener("click", () => { indicators.splice(place, 1); draw(); value.focus(); });
    chip.append(name, shown, remove);
    return chip;
  }));
  field("none").hidden = indicators.length > 0;
  field("count").textContent = `${indicators.length} / ${MOST_INDICATORS}`;
}

function add() {
  const found = look();
  if (!found) return false;
  if (indicators.some((one) => one.label === found.label && one.value === found.value)) {
    show("warn", _("This one is already in the clue."));
    return false;
  }
  if (indicators.length >= MOST_INDICATORS) {
    show("bad", _("A clue holds at most {most} indicators.", { most: MOST_INDICATORS }));
    return false;
  }
  indicators.push(found);
  value.value = "";
  draw();
  show("ok", _("Added. Add what you saw together with it, or go on below."));
  value.focus();
  return true;
}

function read() {
  // What was added before the lists had come, or before one took force, is left out now, and said.
  const listed = indicators.filter((one) => listedAs(one, stoplist));
  if (listed.length) {
    indicators.splice(0, indicators.length, ...indicators.filter((one) => !listed.includes(one)));
    draw();
    throw new Mistake(_("Left out, because it stands on a warning list: {list}. Submit again if the rest is a clue.", { list: listed.map((one) => listedAs(one, stoplist)).join("; ") }));
  }
  if (value.value.trim() && !add()) throw new Mistake(_("The indicator being typed is not valid yet."));
  if (!indicators.length) throw new Mistake(_("Add at least one indicator."));
  if (!field("typology").value) throw new Mistake(_("Choose a typology."));
  if (!field("observed").value) throw new Mistake(_("Say when it was observed."));
  return {
    circle: field("circle").value,
    typology: field("typology").value,
    proof: checked("proof"),
    role: checked("role"),
    observed_at: moment(field("observed").value),
    note: freeText(field("note").value, MOST_NOTE, _("Note")),
    own_reference: freeText(field("reference").value, MOST_REFERENCE, _("Own reference")),
    indicators,
  };
}

const STEPS = ["blind", "evaluate", "send", "match"];

function step(name) {
  const at = STEPS.indexOf(name);
  field("steps").hidden = false;
  STEPS.forEach((one, place) => {
    field("steps").querySelector(`[data-step="${one}"]`).dataset.state = place < at ? "done" : place === at ? "now" : "";
  });
}

function fail(error) {
  problem.hidden = false;
  problem.textContent = error instanceof Mistake ? error.message : explain(error);
  field("accept").hidden = error.code !== "fingerprint";
  field("steps").hidden = true;
  problem.focus();
}

async function file() {
  problem.hidden = true;
  let clue;
  try {
    clue = read();
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    fail(error);
    return;
  }
  send.disabled = true;
  try {
    step("blind");
    const items = clue.indicators.map(({ label, value: canonical }) => ({ label, canonical }));
    const digests = await evaluator.digests(items, (name) => { if (name === "evaluate") step("evaluate"); });
    step("send");
    // The key is kept until the platform has answered: pressing the button again after a lost answer files nothing twice.
    form.dataset.key ||= crypto.randomUUID();
    const answer = await post(`${form.dataset.url}?epoch=${evaluator.epoch}`, `${JSON.stringify(row(clue, digests))}\n`, {
      "Content-Type": "application/x-ndjson", "Idempotency-Key": form.dataset.key,
    });
    step("match");
    window.location.assign(answer.location);
  } catch (error) {
    if (error.status && error.status < 500) delete form.dataset.key;
    send.disabled = false;
    fail(error);
  }
}

function setNow() {
  const now = new Date();
  const local = new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  field("observed").max = local;
  if (!field("observed").value) field("observed").value = local;
}

const LIBRARY = "voice-library";

/** A voice under the wrong library would never collide, so of several none is taken but the one chosen last time. */
function fillLibraries() {
  const names = libraries();
  let last = "";
  try { last = localStorage.getItem(LIBRARY) ?? ""; } catch { /* storage is off: choose each time */ }
  field("library").replaceChildren(
    ...(names.length > 1 ? [new Option(_("Choose …"), "")] : []), ...names.map((name) => new Option(name, name)),
  );
  if (names.includes(last)) field("library").value = last;
  look();
}

function keepLibrary() {
  try { localStorage.setItem(LIBRARY, field("library").value); } catch { /* not remembered */ }
  look();
}

// Without the lists the page still works: the platform does not match what is listed.
async function loadLists() {
  try {
    stoplist = await fetchLists(form.dataset.lists);
  } catch {
    show("warn", _("The warning lists could not be loaded. What is on them can be filed, and does not match."));
  }
}

field("kind").addEventListener("change", () => { look(); value.focus(); });
value.addEventListener("input", look);
value.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  add();
});
field("library").addEventListener("change", keepLibrary);
field("circle").addEventListener("change", fillLibraries);
field("add").addEventListener("click", add);
field("accept").addEventListener("click", () => { evaluator.accept(); problem.hidden = true; field("accept").hidden = true; });
form.addEventListener("input", () => { problem.hidden = true; });
form.addEventListener("submit", (event) => { event.preventDefault(); file(); });
setNow();
fillLibraries();
draw();
loadLists();
send.disabled = false;
