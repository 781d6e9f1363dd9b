/** Opening what was sealed to this browser's keys: {fingerprint, sealed} rows from the platform, one JSON object out. */

import { fromBase64url } from "./bytes.js";
import { SealError, openSealed } from "./hpke.js";
import { post } from "./http.js";
import * as keyring from "./keyring.js";
import { _ } from "./words.js";

/** Why sealed facts could not be shown: "no_key" (no private key of theirs is here) or "wrong" (none of them opens). */
class FactsError extends Error {
  constructor(code) {
    super(code);
    this.name = "FactsError";
    this.code = code;
  }
}

const SENTENCES = {
  no_key: () => _("The private key for this is not in this browser. Read its recovery file on the page Keys, then open it again."),
  wrong: () => _("This does not open with your key: it was changed, or sealed for another place. Tell the one who sent it."),
};

/** The sentence for a person about anything `openFacts` rejects with. */
export function explain(error) {
  if (error.problem) return error.message;
  return SENTENCES[error.code]?.() ?? keyring.explain(error);
}

/** Ask `url` for the rows and open one with a key of this browser; resolves to the object inside. */
export async function openFacts(url, place, ref) {
  await keyring.checkBrowser();
  const keys = new Map((await keyring.ownKeys()).map((key) => [key.fingerprint, key]));
  if (!keys.size) throw new FactsError("no_key");
  const { results } = await post(url, {});
  const mine = results.filter((one) => keys.has(one.fingerprint));
  if (!mine.length) throw new FactsError("no_key");
  for (const one of mine) {
    try {
      const bytes = await openSealed(keys.get(one.fingerprint), fromBase64url(one.sealed), place, ref);
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    } catch (error) {
      if (!(error instanceof SealError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    }
  }
  throw new FactsError("wrong");
}
