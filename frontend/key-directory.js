/** The page "Keys": what this browser holds, making a key and its recovery file, publishing, reading a file back. */

import { toBase64url } from "./bytes.js";
import { CaseKeyError, explain as explainCase, giveAccess, stateOf } from "./case-key.js";
import { get } from "./http.js";
import * as keyring from "./keyring.js";
import { _ } from "./words.js";

const known = JSON.parse(document.getElementById("known").textContent);
const field = (name) => document.querySelector(`[data-field="${name}"]`);
const make = document.getElementById("make");
const recover = document.getElementById("recover");
const publishing = document.getElementById("publish");
let replaces = "";
let made = null;

function say(name, kind, text) {
  field(name).className = `preview ${kind}`;
  field(name).textContent = text;
}

function problem(error) {
  field("problem").hidden = false;
  field("problem").textContent = explainCase(error);
  field("problem").focus();
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

const STATES = {
  live: () => [_("In the directory"), "tone tone-green"],
  rotated: () => [_("Revoked: keep it while something sealed to it is still read"), "tone"],
  lost: () => [_("Revoked as lost"), "tone"],
  compromised: () => [_("Revoked: somebody else may have it"), "tone tone-red"],
  none: () => [_("Not published: nothing is sealed to it"), "tone tone-yellow"],
};

function publish(key, holder, after) {
  const values = { name: key.name, public: toBase64url(key.public), holder, replaces: after };
  for (const [name, value] of Object.entries(values)) publishing.elements[name].value = value;
  publishing.requestSubmit();
}

function row(key) {
  const entry = known[key.fingerprint];
  const [words, tone] = STATES[entry?.state ?? "none"]();
  const line = element("li", "mb-3");
  const head = element("div", "");
  head.append(element("strong", "", entry?.name ?? key.name), " ", element("span", tone, words));
  const actions = element("div", "actions mt-1");
  if (!entry) {
    for (const [holder, label] of [["institution", _("Publish as my institution's")], ["person", _("Publish as mine")]]) {
      const button = element("button", "btn btn-sm", label);
      button.type = "button";
      button.addEventListener("click", () => publish(key, holder, ""));
      actions.append(button);
    }
  }
  const forget = element("form", "");
  forget.append(element("button", "btn btn-sm", _("Remove from this browser")));
  forget.dataset.confirm = _("Remove this key from this browser? What is sealed to it opens here again only with its recovery file.");
  forget.dataset.confirmLabel = _("Remove");
  forget.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (forget.dataset.confirm) return; // the page's dialog asks first and submits again
    await keyring.forget(key.fingerprint).catch(problem);
    await look();
  });
  actions.append(forget);
  line.append(head, element("span", "ref fingerprint", key.fingerprint), actions);
  return line;
}

async function look() {
  const keys = await keyring.ownKeys();
  const own = field("own");
  own.replaceChildren();
  if (!keys.length) {
    own.append(element("p", "text-secondary mb-0", _("None. Make one, or read a recovery file: your institution may have a key already.")));
    return;
  }
  const list = element("ul", "list-unstyled mb-0");
  list.append(...keys.map(row));
  own.append(list);
  const door = document.getElementById("keyring").dataset.waiting;
  // A clerk of an issuer takes part in no case.
  const { results: cases } = door ? await get(door) : { results: [] };
  field("carry").hidden = !cases.length;
  if (cases.length) field("carry-say").textContent = _("Keys of yours wait for access in {n} cases.", { n: cases.length });
}

/** Give every generation this browser can open to the reader's own keys that wait, case by case. */
async function carry() {
  const { results: cases } = await get(document.getElementById("keyring").dataset.waiting);
  let given = 0;
  let closed = 0;
  for (const [place, ref] of cases.entries()) {
    field("carry-say").textContent = _("Case {place} of {total} …", { place: place + 1, total: cases.length });
    try {
      const mine = (await stateOf(ref)).recipients.filter((one) => one.own).map((one) => one.key);
      given += await giveAccess(ref, mine);
    } catch (error) {
      if (!(error instanceof CaseKeyError) && error.status !== 403) throw error;
      closed += 1;
    }
  }
  await look();
  field("carry").hidden = false;
  field("carry-say").textContent = closed
    ? _("{given} given. {closed} cases cannot be opened here: ask a colleague or another participant to give access.", { given, closed })
    : _("{given} given: your keys have access to all of your cases.", { given });
}

make.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, passphrase, again } = make.elements;
  if (!name.value.trim()) return wrong("make-say", name, _("Give the key a name."));
  if (passphrase.value !== again.value) return wrong("make-say", again, _("The two passphrases differ."));
  make.querySelector("[type=submit]").disabled = true;
  say("make-say", "", _("Making the key and its recovery file: a few seconds …"));
  try {
    made = await keyring.makeKey(name.value.trim(), passphrase.value);
    make.hidden = true;
    show(made);
  } catch (error) {
    wrong("make-say", passphrase, explainCase(error));
  }
  make.querySelector("[type=submit]").disabled = false;
  return null;
});

/** Says what is wrong, and puts the keyboard where it is put right. */
function wrong(place, input, text) {
  say(place, "bad", text);
  input.focus();
}

function show(key) {
  passphrasesGone();
  field("made-fingerprint").textContent = key.fingerprint;
  field("save").href = URL.createObjectURL(new Blob([key.recovery], { type: "application/json" }));
  field("save").download = `alliance-key-${key.fingerprint.slice(0, 16)}.json`;
  document.getElementById("made").hidden = false;
  document.getElementById("made").focus();
}

function passphrasesGone() {
  for (const input of document.querySelectorAll("input[type=password]")) input.value = "";
}

field("saved").addEventListener("change", () => { field("publish").disabled = !field("saved").checked; });
field("publish").addEventListener("click", async () => {
  field("publish").disabled = true;
  try {
    await keyring.keep(made);
    publish(made, make.elements.holder.value, replaces);
  } catch (error) {
    problem(error);
    field("publish").disabled = false;
  }
});

recover.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = recover.elements.file.files;
  if (!file) return wrong("recover-say", recover.elements.file, _("Choose the file first."));
  say("recover-say", "", _("Opening: a few seconds …"));
  try {
    const text = await file.slice(0, 10000).text();
    const key = await keyring.importRecovery(text, recover.elements.passphrase.value, file.name.replace(/\.json$/, ""));
    passphrasesGone();
    say("recover-say", "ok", _("The key {fingerprint} is in this browser now.", { fingerprint: key.fingerprint.slice(0, 16) }));
    await look();
  } catch (error) {
    wrong("recover-say", recover.elements.passphrase, explainCase(error));
  }
  return null;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-replace]");
  if (!button) return;
  replaces = button.dataset.replace;
  make.elements.holder.value = button.dataset.holder;
  make.elements.name.value = button.dataset.name;
  field("replacing").hidden = false;
  make.hidden = false;
  make.elements.passphrase.focus();
});

field("carry-go").addEventListener("click", async () => {
  field("carry-go").disabled = true;
  await carry().catch(problem);
  field("carry-go").disabled = false;
});

keyring.checkBrowser().then(look).catch(problem);
