/** The page "Keys" of a case: what this browser can open, and giving access to keys that wait. */

import { explain, giveAccess, stateOf } from "./case-key.js";
import * as keyring from "./keyring.js";
import { _ } from "./words.js";

const box = document.getElementById("access");
const field = (name) => box.querySelector(`[data-field="${name}"]`);

function fail(error) {
  field("problem").hidden = false;
  field("problem").textContent = explain(error);
  field("problem").focus();
}

async function look() {
  const [keys, state] = await Promise.all([keyring.ownKeys(), stateOf(box.dataset.case)]);
  const here = state.recipients.filter((one) => one.own && keys.some((key) => key.fingerprint === one.fingerprint));
  const open = state.generations.every((generation) => state.own.some(
    (grant) => grant.generation === generation && keys.some((key) => key.fingerprint === grant.fingerprint),
  ));
  if (!here.length) field("here").textContent = _("This browser holds no key of yours. Make one under “Keys”, or read your recovery file there.");
  else if (!state.generations.length) field("here").textContent = _("This browser holds a key of yours: it can make this case's key.");
  else if (open) field("here").textContent = _("This browser can open this case's evidence.");
  else field("here").textContent = _("A key of yours is here and waits for access: ask a participant who has it.");
}

box.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-give]");
  if (!button) return;
  button.disabled = true;
  field("problem").hidden = true;
  try {
    await giveAccess(box.dataset.case, [button.dataset.give]);
    window.location.reload();
  } catch (error) {
    fail(error);
    button.disabled = false;
  }
});

keyring.checkBrowser().then(look).catch(fail);
