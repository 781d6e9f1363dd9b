/** Seized lists: an officer's list is digested and sealed here; a bank opens here what a list says of its own customer. */

import { fromBase64url, toBase64url, utf8 } from "./bytes.js";
import { Mistake } from "./clues.js";
import { Evaluator, explain as explainValues } from "./evaluator.js";
import { sealTo } from "./hpke.js";
import { post } from "./http.js";
import { explain as explainFacts, openFacts } from "./sealed-facts.js";
import { drawNumbers, readRows } from "./seized-rows.js";
import { readTable } from "./table.js";
import { _ } from "./words.js";

const PLACE = "seized";
const SHOWN = 30;

function filing(page) {
  const field = (name) => page.querySelector(`[data-field="${name}"]`);
  const settings = JSON.parse(document.getElementById("filing").textContent);
  const evaluator = new Evaluator();
  const digests = new Map();
  const name = ({ label, value }) => `${label}\u001f${value}`;
  let found = null;

  function fail(text) {
    field("problem").textContent = text;
    field("problem").hidden = false;
    field("problem").focus();
  }

  const compared = () => found.good.filter((one) => !one.lender || field("all").checked);
  const unique = (rows) => [...new Map(rows.map((one) => [name(one), one])).values()];

  function lines(texts) {
    const more = texts.length > SHOWN ? [_("… and {n} more", { n: texts.length - SHOWN })] : [];
    field("errors").replaceChildren(...[...texts.slice(0, SHOWN), ...more].map((textContent) => Object.assign(document.createElement("li"), { textContent })));
  }

  function show() {
    if (!found) return;
    const values = unique(compared());
    field("good").textContent = found.good.length;
    field("sealed").textContent = found.good.filter((one) => one.lender).length;
    field("values").textContent = values.length;
    field("bad").textContent = found.bad.length;
    field("pace").textContent = values.length > settings.left
      ? _("{n} values, and {left} are left of today's quota: rows beyond it that name no lender are left for tomorrow.", { n: values.length, left: settings.left })
      : _("{n} values at {minute} a minute: about {minutes} min. Keep this page open.", { n: values.length, minute: settings.minute, minutes: Math.ceil(values.length / settings.minute) });
    lines([...found.bad.map(({ number, reason }) => _("Row {number}: {reason}", { number, reason })), ...found.notes]);
    field("checked").hidden = false;
    field("send").disabled = !found.good.length;
  }

  async function read(file) {
    field("problem").hidden = true;
    try {
      const table = await readTable(file);
      found = readRows(table, settings.lenders);
      if (found.good.length > settings.most) throw new Mistake(_("A seized list has at most {most} rows.", { most: settings.most }));
      show();
      field("checked").focus();
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      found = null;
      field("checked").hidden = true;
      fail(error.message);
    }
  }

  async function digest() {
    const values = unique(compared()).filter((one) => !digests.has(name(one)));
    for (let at = 0; at < values.length; at += settings.minute) {
      const some = values.slice(at, at + settings.minute);
      field("bar").max = values.length;
      field("bar").value = at;
      const say = (step, left) => {
        field("say").textContent = step === "wait"
          ? _("{done} of {total} values. The quota is {chunk} a minute: going on in {left} s.", { done: at, total: values.length, chunk: settings.minute, left })
          : _("{done} of {total} values: blinding here, evaluated by the custodians, every proof verified.", { done: at, total: values.length });
      };
      try {
        const made = await evaluator.digests(some.map(({ label, value }) => ({ label, canonical: value })), say, { patient: true });
        some.forEach((one, place) => digests.set(name(one), made[place]));
      } catch (error) {
        if (error.code !== "quota" && error.code !== "custodian_quota") throw error;
        return;
      }
    }
    field("bar").value = field("bar").max;
  }

  async function sealed(one, number) {
    const bytes = utf8(JSON.stringify({ kind: one.label, value: one.value, note: one.note }));
    return Promise.all((one.lender?.keys ?? []).map(async ({ key, public: text }) => ({
      key, sealed: toBase64url(await sealTo(fromBase64url(text, 32), bytes, PLACE, `${settings.ref}/${number}`)),
    })));
  }

  async function file() {
    field("problem").hidden = true;
    if (!field("instrument").value.trim()) return fail(_("Give the number of the instrument."));
    if (!field("found-on").value) return fail(_("Say on which day the list was found."));
    field("send").disabled = true;
    field("bar").hidden = false;
    try {
      await digest();
      const wanted = new Set(compared().map(name));
      const ready = found.good.filter((one) => one.lender || digests.has(name(one)));
      const left = found.good.length - ready.length;
      if (!ready.length) throw new Mistake(_("Nothing was sent: today's quota is used up. Go on tomorrow."));
      field("say").textContent = _("Encrypting {n} rows to their lenders …", { n: ready.filter((one) => one.lender).length });
      const numbers = drawNumbers(ready.length);
      const rows = [];
      for (const [place, one] of ready.entries()) {
        const digestOf = wanted.has(name(one)) ? digests.get(name(one)) ?? null : null;
        rows.push({ number: numbers[place], kind: one.label, digest: digestOf, lender: one.lender?.ref ?? null, seals: await sealed(one, numbers[place]) });
      }
      await post(page.dataset.url, {
        ref: settings.ref, instrument: field("instrument").value.trim(), found_on: field("found-on").value, epoch: evaluator.epoch, rows,
      });
      field("say").textContent = left
        ? _("{n} rows were filed. {left} rows are left for tomorrow: today's quota is used up. Load the page again then, with those rows alone.", { n: ready.length, left })
        : _("{n} rows were filed. Each bank is told of its own customers now.", { n: ready.length });
      if (left) lines(found.good.filter((one) => !ready.includes(one)).map(({ number }) => _("Row {number}: left for tomorrow", { number })));
      field("send").hidden = true;
      field("done").hidden = false;
      field("done").focus();
    } catch (error) {
      field("send").disabled = false;
      field("accept").hidden = error.code !== "fingerprint";
      fail(error instanceof Mistake || error.problem ? error.message : explainValues(error));
    }
    return null;
  }

  field("input").addEventListener("change", () => { if (field("input").files[0]) read(field("input").files[0]); });
  field("read").addEventListener("click", () => read(new File([field("pasted").value], "pasted.csv")));
  field("all").addEventListener("change", show);
  field("accept").addEventListener("click", () => { evaluator.accept(); field("accept").hidden = true; field("problem").hidden = true; });
  field("send").addEventListener("click", file);
  field("found-on").max = new Date().toLocaleDateString("sv");
}

function opening(box) {
  const button = box.querySelector("button");
  const shown = box.querySelector("p");

  async function open() {
    button.disabled = true;
    try {
      const { value, note } = await openFacts(box.dataset.url, PLACE, box.dataset.place);
      shown.replaceChildren(Object.assign(document.createElement("code"), { textContent: String(value) }), ...(note ? [` · ${note}`] : []));
      shown.hidden = false;
      button.hidden = true;
      box.querySelector(".preview").textContent = "";
    } catch (error) {
      box.querySelector(".preview").textContent = explainFacts(error);
      button.disabled = false;
    }
  }

  button.addEventListener("click", open);
}

const page = document.getElementById("seized");
if (page) filing(page);
document.querySelectorAll("[data-person]").forEach(opening);
