/**
 * The key of a case: taken from a grant to one of this browser's keys, made if nobody made it, given to keys that wait.
 *
 *   import { caseKey, giveAccess, explain } from "./case-key.js";
 *   const { bytes, generation } = await caseKey(caseRef);         // the generation that new evidence uses
 *   const { bytes } = await caseKey(caseRef, version.generation); // the one a version was encrypted under
 *   const given = await giveAccess(caseRef);                      // how many grants this browser could make
 *   element.textContent = explain(error);                         // any rejection of these, in plain words
 *
 * `bytes` are the 32 bytes of the key, for locker.fileKey(). Rejects with CaseKeyError: "no_key" (no live key of yours is
 * in this browser), "waiting" (somebody who holds the case's key must give access), "wrong_grants" (none of the grants
 * opened), and with what keyring.js and http.js reject with.
 */

import { fromBase64url, toBase64url } from "./bytes.js";
import { keyCheck } from "./commitment.js";
import { SealError, openSealed, sealTo } from "./hpke.js";
import { get, post } from "./http.js";
import * as keyring from "./keyring.js";
import { _ } from "./words.js";

const PLACE = "case-key";
const door = (caseRef, name) => `/cases/${encodeURIComponent(caseRef)}/${name}.json`;

export class CaseKeyError extends Error {
  constructor(code) {
    super(code);
    this.name = "CaseKeyError";
    this.code = code;
  }
}

const SENTENCES = {
  no_key: () => _("This browser holds no key of yours that this case knows. Make one under “Keys”, or read your recovery file there; then somebody who has access gives it to the new key."),
  waiting: () => _("Your key waits for access: whoever can read this case's evidence already opens the tab “Keys” of the case and gives it."),
  wrong_grants: () => _("The access your key was given does not open. It was reported and dropped: ask another participant to give access again."),
};

/** The sentence for a person about anything this module rejects with. */
export function explain(error) {
  if (error.problem) return error.message;
  return SENTENCES[error.code]?.() ?? keyring.explain(error);
}

/** The case's key as the platform knows it, for this person. */
export const stateOf = (caseRef) => get(door(caseRef, "key-grants"));

/** {bytes, generation} of the case's key. Without a generation: that of new evidence, which is made if need be. */
export async function caseKey(caseRef, generation = null) {
  await keyring.checkBrowser();
  const keys = await keyring.ownKeys();
  for (let tries = 0; tries < 3; tries += 1) {
    const state = await stateOf(caseRef);
    const wanted = generation ?? state.generation;
    if (state.generations.includes(wanted)) return taken(caseRef, state, wanted, keys);
    if (wanted !== state.generation) throw new CaseKeyError("waiting");
    try {
      return await made(caseRef, state, keys);
    } catch (error) {
      // Another client was first, a key was published or somebody left meanwhile: look again.
      if (!["key_exists", "generation", "recipients_changed"].includes(error.code)) throw error;
    }
  }
  throw new CaseKeyError("waiting");
}

const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);
const rowOf = (caseRef, generation) => `${caseRef}/${generation}`;

async function taken(caseRef, state, generation, keys) {
  const held = state.own.filter((grant) => grant.generation === generation);
  let refused = false;
  for (const grant of held) {
    const keyPair = keys.find((key) => key.fingerprint === grant.fingerprint);
    if (!keyPair) continue;
    try {
      const bytes = await openSealed(keyPair, fromBase64url(grant.sealed), PLACE, rowOf(caseRef, generation));
      if (same(await keyCheck(caseRef, generation, bytes), fromBase64url(grant.check))) return { bytes, generation };
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
    }
    refused = true;
    // The last grant is kept by the platform; whether it was dropped does not change what is said.
    await post(door(caseRef, "key-refusals"), { generation, fingerprint: grant.fingerprint }).catch(() => null);
  }
  if (refused) throw new CaseKeyError("wrong_grants");
  const mine = state.recipients.some((one) => one.own && keys.some((key) => key.fingerprint === one.fingerprint));
  throw new CaseKeyError(mine ? "waiting" : "no_key");
}

async function made(caseRef, state, keys) {
  if (!state.recipients.some((one) => one.own && keys.some((key) => key.fingerprint === one.fingerprint))) throw new CaseKeyError("no_key");
  const { generation } = state;
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  await grant(caseRef, { new: true, generation, bytes, recipients: state.recipients });
  return { bytes, generation };
}

async function grant(caseRef, { new: isNew, generation, bytes, recipients }) {
  const row = rowOf(caseRef, generation);
  const grants = await Promise.all(recipients.map(async (one) => ({
    key: one.key,
    sealed: toBase64url(await sealTo(fromBase64url(one.public, 32), bytes, PLACE, row)),
  })));
  return post(door(caseRef, "key-grants"), { new: isNew, generation, check: toBase64url(await keyCheck(caseRef, generation, bytes)), grants });
}

/**
 * Give every generation that this browser can open to the keys that wait for it, or only to those named (references).
 * Resolves to the number of grants made.
 */
export async function giveAccess(caseRef, only = null) {
  await keyring.checkBrowser();
  const keys = await keyring.ownKeys();
  const state = await stateOf(caseRef);
  const waiting = state.waiting.filter((one) => !only || only.includes(one.key));
  let given = 0;
  let reason = null;
  for (const generation of new Set(waiting.map((one) => one.generation))) {
    try {
      const { bytes } = await taken(caseRef, state, generation, keys);
      const wanted = waiting.filter((one) => one.generation === generation).map((one) => one.key);
      const recipients = state.recipients.filter((one) => wanted.includes(one.key));
      await grant(caseRef, { new: false, generation, bytes, recipients });
      given += recipients.length;
    } catch (error) {
      if (!(error instanceof CaseKeyError)) throw error;
      reason = error; // a generation that this browser does not hold: others may
    }
  }
  if (!given && reason) throw reason;
  return given;
}
