/**
 * Digests for a page: canonical values in, digests out, through the worker, the platform's relay and the custodians.
 *
 * The ceremony is pinned at the first use in this browser. A platform that later shows another one is refused until
 * the analyst has compared the fingerprint and accepts it; docs/threat-model.md says what this can and cannot do.
 */

import { Blinder } from "./blinder.js";
import { post } from "./http.js";
import { ProtocolError } from "./protocol-error.js";
import { _ } from "./words.js";

const PIN = "ceremony";
const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });

const SENTENCES = {
  fingerprint: (error) => _("The key ceremony is not the one this browser knows. Nothing was sent. Known: {known}. Shown now: {shown}. Compare the latter with your administrator, then accept it below.", error),
  proof: (error) => _("Custodian {custodian} answered with a false proof. Its answer was thrown away; no digest was made from it.", error),
  quorum: () => _("Too few custodians answer with valid proofs. Nothing was submitted; try again later."),
  worker: () => _("The part of this page that blinds values stopped. Reload the page; nothing was submitted."),
};

/** The sentence for a person about anything `digests` rejects with. */
export function explain(error) {
  if (error.problem) return error.message;
  return SENTENCES[error.code]?.(error) ?? _("The values could not be blinded ({code}). Nothing was submitted.", { code: error.code ?? error.name });
}

/** What the page's #ceremony element holds: {transcript, fingerprint, evaluations: URL, worker: URL}. */
export class Evaluator {
  #settings = JSON.parse(document.getElementById("ceremony").textContent);
  #blinder = null;

  /** The fingerprint this browser pinned, after pinning the shown one if there was none. */
  #pinned() {
    try {
      const known = localStorage.getItem(PIN);
      if (known) return known;
      localStorage.setItem(PIN, this.#settings.fingerprint);
    } catch { /* storage is off: the page's own word is all there is */ }
    return this.#settings.fingerprint;
  }

  /** Take the shown ceremony for the true one: the analyst compared it. */
  accept() {
    localStorage.setItem(PIN, this.#settings.fingerprint);
    this.#blinder = null;
  }

  get epoch() {
    return this.#settings.transcript.epoch;
  }

  /**
   * Digests of [{label, canonical}], in order. `onStep("blind", done, total) | ("evaluate") | ("wait", seconds)`.
   * Waits out the minute's quota when `patient`. Rejects with ProtocolError or PlatformRefused.
   */
  async digests(items, onStep = () => {}, { patient = false } = {}) {
    const [known, shown] = [this.#pinned(), this.#settings.fingerprint];
    if (known !== shown) throw Object.assign(new ProtocolError("fingerprint", "not the pinned ceremony"), { known, shown });
    this.#blinder ??= new Blinder(new Worker(this.#settings.worker), {
      transcript: this.#settings.transcript,
      fingerprint: this.#pinned(),
    });
    const evaluate = async (request) => {
      onStep("evaluate", request.count);
      for (;;) {
        try {
          return await post(this.#settings.evaluations, request);
        } catch (error) {
          if (!patient || error.code !== "burst") throw error;
          for (let left = error.retryAfter ?? 60; left > 0; left -= 1) {
            onStep("wait", left);
            await pause(1);
          }
        }
      }
    };
    return this.#blinder.digests(items, evaluate, (done, total) => onStep("blind", done, total));
  }
}
