/**
 * Disclosures: where a value is typed it is encrypted here, to the keys of who asked; where it was given it is opened here.
 * It never leaves the page as it is: what travels is cipher text, a commitment and the digest.
 */

import { fromBase64url, toBase64url, utf8 } from "./bytes.js";
import { commitment, newSalt } from "./commitment.js";
import { isEnglish, kindName } from "./clues.js";
import { Evaluator, explain } from "./evaluator.js";
import { SealError, fingerprint, openSealed, sealTo } from "./hpke.js";
import { post } from "./http.js";
import * as keyring from "./keyring.js";
import { KINDS, Refused, WARNINGS, normalise } from "./kinds.js";
import { _ } from "./words.js";

const PLACE = "disclosure";
const SHOWN_SECONDS = 60;
const MASK = "●●●●●●●●";

/** Why nothing was handed in or shown, in the page's language. */
class Stop extends Error {}

const island = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const fieldsOf = (box) => (name) => box.querySelector(`[data-field="${name}"]`);

function reason(error) {
  if (error instanceof Stop) return error.message;
  if (error instanceof Refused) return isEnglish() ? error.messageEn : error.messageZh;
  if (error instanceof SealError) return _("The cipher text does not open with the key of this browser: it was changed, or belongs to another disclosure. Tell the alliance.");
  if (error instanceof keyring.KeyringError) return keyring.explain(error);
  return explain(error);
}

/** A page's fields, what it says, and its evaluator with the button that accepts another ceremony. */
class Page {
  #evaluator = null;

  constructor(box, again) {
    this.field = fieldsOf(box);
    this.field("accept")?.addEventListener("click", () => {
      this.#evaluator?.accept();
      this.field("accept").hidden = true;
      again();
    });
  }

  say(tone, text) {
    this.field("say").className = `preview ${tone}`;
    this.field("say").textContent = text;
  }

  fail(error) {
    this.say("", "");
    this.field("problem").hidden = false;
    this.field("problem").textContent = reason(error);
    if (this.field("accept")) this.field("accept").hidden = error.code !== "fingerprint";
    this.field("problem").focus();
  }

  /** {digest, epoch} of a canonical value. */
  async evaluate(label, canonical) {
    this.#evaluator ??= new Evaluator();
    this.say("", _("Blinding in your browser, asking the custodians …"));
    const [digest] = await this.#evaluator.digests([{ label, canonical }]);
    return { digest, epoch: this.#evaluator.epoch };
  }
}

/** The page on which the holder's analyst types the value. */
function proposing(box) {
  const { ref, kind, recipients } = island("disclosure");
  const page = new Page(box, () => box.requestSubmit());
  const input = page.field("value");

  function preview() {
    page.field("problem").hidden = true;
    page.field("go").disabled = true;
    if (!input.value.trim()) { page.say("", ""); return; }
    try {
      const { value, warnings } = normalise(kind, input.value);
      const said = warnings.map((code) => WARNINGS[code][isEnglish() ? 0 : 1]);
      page.say("ok", [_("{kind}: {value}", { kind: kindName(kind), value }), ...said].join(" "));
      page.field("go").disabled = false;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      page.say("bad", reason(error));
    }
  }

  async function sealed(value, salt) {
    const plain = utf8(JSON.stringify({ kind, value, salt: toBase64url(salt) }));
    return Promise.all(recipients.map(async (one) => {
      const key = fromBase64url(one.public, 32);
      // What the page shows is what people compare, so it has to be of the key that is encrypted to.
      if (await fingerprint(key) !== one.fingerprint) throw new Stop(_("A key does not have the fingerprint that stands beside it. Nothing was sent."));
      return { key: one.key, sealed: toBase64url(await sealTo(key, plain, PLACE, ref)) };
    }));
  }

  async function propose() {
    page.field("problem").hidden = true;
    page.field("go").disabled = true;
    try {
      const { value } = normalise(kind, input.value);
      const { digest, epoch } = await page.evaluate(kind, value);
      const salt = newSalt();
      const seals = await sealed(value, salt);
      const made = toBase64url(await commitment(ref, kind, value, salt));
      page.say("", _("Encrypted. Handing in the cipher text …"));
      const { location } = await post(box.dataset.url, { digest, epoch, commitment: made, seals });
      input.value = "";
      window.location.assign(location);
    } catch (error) {
      page.fail(error);
      page.field("go").disabled = false;
    }
  }

  input.placeholder = KINDS.get(kind).example;
  input.addEventListener("input", preview);
  box.addEventListener("submit", (event) => { event.preventDefault(); propose(); });
  preview();  // what was typed before this ran, or kept by the browser
}

/** The form that asks for the value: which of the keys it was encrypted to this browser holds. */
async function asking(box) {
  const [field, wanted] = [fieldsOf(box), island("fingerprints")];
  const say = (text) => {
    field("say").className = "preview warn";
    field("say").textContent = text;
  };
  try {
    const held = (await keyring.ownKeys()).find((key) => wanted.includes(key.fingerprint));
    if (!held) {
      say(_("This browser holds none of the keys that the value was encrypted to. Read your recovery file on the page “Keys”, then come back."));
      return;
    }
    box.querySelector('[name="fingerprint"]').value = held.fingerprint;
    field("go").disabled = false;
  } catch (error) {
    say(reason(error));
  }
}

/** The page that opens the value. */
function showing(box) {
  const found = island("disclosure");
  const page = new Page(box, () => check());
  let opened = null;
  let timer = null;

  function mask() {
    clearTimeout(timer);
    page.field("value").textContent = MASK;
    page.field("mask").hidden = true;
    page.field("again").hidden = opened === null;
  }

  function show() {
    page.field("value").textContent = opened.value;
    page.field("mask").hidden = false;
    page.field("again").hidden = true;
    timer = setTimeout(mask, SHOWN_SECONDS * 1000);
  }

  async function open() {
    const key = (await keyring.ownKeys()).find((one) => one.fingerprint === found.fingerprint);
    if (!key) throw new Stop(_("This browser holds none of the keys that the value was encrypted to. Read your recovery file on the page “Keys”, then come back."));
    const plain = JSON.parse(new TextDecoder().decode(await openSealed(key, fromBase64url(found.sealed), PLACE, found.ref)));
    if (plain.kind !== found.kind) throw new Stop(_("What was encrypted is of another kind than the collision. It is not shown; tell the institution that gave it."));
    const made = toBase64url(await commitment(found.ref, plain.kind, plain.value, fromBase64url(plain.salt, 32)));
    if (made !== found.commitment) throw new Stop(_("What was encrypted does not fit the commitment that was handed in with it. It is not shown; tell the institution that gave it."));
    opened = plain;
  }

  async function check() {
    page.field("problem").hidden = true;
    page.field("check").disabled = true;
    try {
      const { digest, epoch } = await page.evaluate(opened.kind, opened.value);
      const { matches } = await post(found.check, { fingerprint: found.fingerprint, digest, epoch });
      if (matches) page.say("ok", _("Yes: it gives the collision's digest."));
      else page.say("bad", _("No: it does not give the collision's digest. The institution that gave it has been told."));
    } catch (error) {
      page.fail(error);
      page.field("check").disabled = false;
    }
  }

  page.field("mask").addEventListener("click", mask);
  page.field("again").addEventListener("click", show);
  page.field("check")?.addEventListener("click", check);
  document.addEventListener("visibilitychange", () => { if (document.hidden) mask(); });
  window.addEventListener("pagehide", mask);
  open().then(() => {
    show();
    if (page.field("check")) page.field("check").disabled = false;
  }).catch((error) => page.fail(error));
}

const PAGES = { propose: proposing, unmask: asking, shown: showing };
for (const [id, begin] of Object.entries(PAGES)) {
  const box = document.getElementById(id);
  if (box) begin(box);
}
