/** Certificate checks: the facts on a paper are sealed here when they are asked about, and opened here by either side. */

import { fromBase64url, toBase64url, utf8 } from "./bytes.js";
import { sealTo } from "./hpke.js";
import { post } from "./http.js";
import { explain as explainKeys } from "./keyring.js";
import { explain, openFacts } from "./sealed-facts.js";
import { _ } from "./words.js";

const PLACE = "paper";

const LABELS = {
  number: () => _("Number of the paper"),
  issued_on: () => _("Issued on"),
  name: () => _("Name on the paper"),
  id_number: () => _("ID number on the paper"),
  office: () => _("Department and signature"),
  says: () => _("What it says"),
};

function asking(form) {
  const field = (name) => form.querySelector(`[data-field="${name}"]`);
  const settings = JSON.parse(document.getElementById("asking").textContent);
  const recipients = () => [...(settings.issuers[field("issuer").value] ?? []), ...settings.own];

  function fail(text) {
    field("problem").textContent = text;
    field("problem").hidden = false;
    field("say").textContent = "";
    field("send").disabled = false;
    field("problem").focus();
  }

  function list() {
    field("recipients").replaceChildren(...recipients().map((key) => {
      const item = document.createElement("li");
      const mark = Object.assign(document.createElement("code"), { textContent: key.fingerprint.slice(0, 16) });
      item.append(`${key.institution_name}${key.holder ? ` · ${key.holder}` : ""} `, mark);
      return item;
    }));
  }

  function facts() {
    const filled = [...form.querySelectorAll("[data-fact]")].map((input) => [input.dataset.fact, input.value.trim()]);
    return Object.fromEntries(filled.filter(([, value]) => value));
  }

  async function ask() {
    field("problem").hidden = true;
    const found = facts();
    if (!field("issuer").value) return fail(_("Choose an issuer."));
    if (!field("sort").value) return fail(_("Choose the sort of paper."));
    if (!Object.keys(found).length) return fail(_("Type what stands on the paper: its number or its date at least."));
    field("send").disabled = true;
    field("say").textContent = _("Encrypting in this browser …");
    try {
      const bytes = utf8(JSON.stringify(found));
      const seals = await Promise.all(recipients().map(async ({ key, public: text }) => ({
        key, sealed: toBase64url(await sealTo(fromBase64url(text, 32), bytes, PLACE, settings.ref)),
      })));
      const { location } = await post(form.dataset.url, {
        ref: settings.ref, issuer: field("issuer").value, paper: field("sort").value, case: settings.case, seals,
      });
      window.location.assign(location);
    } catch (error) {
      fail(error.code === "recipients_changed"
        ? _("A key was published or revoked meanwhile. Load this page again; copy what you typed first.")
        : error.problem ? error.message : explainKeys(error));
    }
    return null;
  }

  field("issuer").addEventListener("change", list);
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  list();
  field("send").disabled = false;
}

function opening(box) {
  const field = (name) => box.querySelector(`[data-field="${name}"]`);

  async function open() {
    field("problem").hidden = true;
    field("open").disabled = true;
    try {
      const found = await openFacts(box.dataset.url, PLACE, box.dataset.ref);
      field("shown").replaceChildren(...Object.entries(found).flatMap(([name, value]) => [
        Object.assign(document.createElement("dt"), { textContent: LABELS[name]?.() ?? name }),
        Object.assign(document.createElement("dd"), { textContent: String(value) }),
      ]));
      field("shown").hidden = false;
      field("open").hidden = true;
    } catch (error) {
      field("problem").textContent = explain(error);
      field("problem").hidden = false;
      field("problem").focus();
      field("open").disabled = false;
    }
  }

  field("open").addEventListener("click", open);
}

const form = document.getElementById("paper");
const box = document.querySelector("#facts [data-field=open]")?.closest("#facts");
if (form) asking(form);
if (box) opening(box);
