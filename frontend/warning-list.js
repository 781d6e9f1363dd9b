/** The pages "Propose a warning list" and one of a version: digests of public values, computed here and compared there. */

import { Mistake, isEnglish, kindName } from "./clues.js";
import { Evaluator, explain } from "./evaluator.js";
import { post } from "./http.js";
import { KINDS, Refused } from "./kinds.js";
import { readEntry } from "./warnings.js";
import { _ } from "./words.js";

const CHUNK = 20;
const decoded = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const encoded = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const box = document.getElementById("propose") ?? document.getElementById("approve");
const field = (name) => box.querySelector(`[data-field="${name}"]`);
const evaluator = new Evaluator();

function say(kind, text) {
  field("say").className = `preview ${kind}`;
  field("say").textContent = text;
}

function fail(error) {
  field("problem").hidden = false;
  field("problem").textContent = error instanceof Mistake ? error.message : explain(error);
  field("accept").hidden = error.code !== "fingerprint";
  field("go").disabled = false;
  say("", "");
  field("problem").focus();
}

/** The digests of [{label, canonical}] as one blob in base64url, at the pace of the quota. */
async function digests(items) {
  const parts = [];
  for (let at = 0; at < items.length; at += CHUNK) {
    const step = (name, left) => say("", name === "wait"
      ? _("{done} of {total} values. The quota waits {left} s.", { done: at, total: items.length, left })
      : _("{done} of {total} values: blinding here, every proof verified.", { done: at, total: items.length }));
    parts.push(...await evaluator.digests(items.slice(at, at + CHUNK), step, { patient: true }));
  }
  const blob = new Uint8Array(parts.length * 32);
  parts.forEach((part, place) => blob.set(decoded(part), place * 32));
  return encoded(blob);
}

async function act(message) {
  field("problem").hidden = true;
  field("go").disabled = true;
  try {
    const { location } = await post(box.dataset.url, await message());
    window.location.assign(location);
  } catch (error) {
    fail(error);
  }
}

function kindOf(text) {
  const name = text.trim().toLowerCase();
  const known = [...KINDS.values()].find((one) => [one.label, one.label.split("/")[0], one.nameEn, one.nameZh].some((word) => word.toLowerCase() === name));
  if (!known) throw new Mistake(_("{kind} is no kind of indicator.", { kind: text.slice(0, 40) }));
  return known.label;
}

/** The entries of the text area. Throws Mistake that names the line. */
function entries() {
  return field("entries").value.split("\n").flatMap((line, place) => {
    if (!line.trim()) return [];
    try {
      const [kind, value, ...label] = line.split(/[,，\t]/);
      if (!value?.trim() || !label.join("").trim()) throw new Mistake(_("Write kind, value and whose it is, with commas between."));
      return [readEntry(kindOf(kind), value, label.join(","))];
    } catch (error) {
      const why = error instanceof Refused ? (isEnglish() ? error.messageEn : error.messageZh) : error.message;
      if (!(error instanceof Mistake) && !(error instanceof Refused)) throw error;
      throw new Mistake(_("Line {line}: {why}", { line: place + 1, why }));
    }
  });
}

async function proposal() {
  const named = (name) => box.querySelector(`[name="${name}"]`).value.trim();
  const listed = entries();
  const exact = listed.filter((one) => !one.prefix).map(({ kind, value }) => ({ label: kind, canonical: value }));
  return {
    ...Object.fromEntries(["code", "sort", "name_zh", "name_en", "reason"].map((name) => [name, named(name)])),
    epoch: evaluator.epoch,
    entries: listed,
    digests: await digests(exact),
  };
}

async function approval() {
  return { epoch: evaluator.epoch, digests: await digests(JSON.parse(document.getElementById("exact").textContent)) };
}

field("accept").addEventListener("click", () => { evaluator.accept(); field("problem").hidden = true; field("accept").hidden = true; });
if (box.id === "propose") box.addEventListener("submit", (event) => { event.preventDefault(); act(proposal); });
else field("go").addEventListener("click", () => act(approval));
field("entries")?.setAttribute("placeholder", `${kindName("phone/1")}, 95588, 工商银行客服`);
