/**
 * The page's end of blind-worker.js: items in, digests out, with another quorum when a custodian fails.
 *
 *   const blinder = new Blinder(new Worker(url), { transcript, fingerprint });
 *   const digests = await blinder.digests([{ label, canonical }, ...], evaluate, onProgress);
 *
 * `evaluate(request)` posts {request, epoch, generation, key, suite, quorum, count, elements} and resolves to the
 * answer. If it rejects with an error that has `failed: [custodian, ...]` (the platform names them), and if a
 * custodian's proof does not hold, the same request goes to a quorum without them: the id is kept, so it is not
 * charged again. Rejects with a ProtocolError, or with what `evaluate` rejected with when no quorum is left.
 */

import { ProtocolError } from "./protocol-error.js";

/** The first t of the custodians 1 ... n without those that failed, ascending; [] if too few are left. */
function quorumWithout(t, n, failed) {
  const left = Array.from({ length: n }, (_, index) => index + 1).filter((index) => !failed.has(index));
  return left.length < t ? [] : left.slice(0, t);
}

export class Blinder {
  #worker;
  #ceremony;
  #waiting = new Map();

  /** `ceremony`: {transcript: the JSON, fingerprint: the pinned one}. */
  constructor(worker, ceremony) {
    this.#worker = worker;
    this.#ceremony = ceremony;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = () => this.#fail(new ProtocolError("worker", "the blinding worker stopped"));
  }

  /** Digests (base64url) of items, in their order. `onProgress(done, total)` counts blinded items. */
  async digests(items, evaluate, onProgress = () => {}) {
    const { transcript } = this.#ceremony;
    const id = crypto.randomUUID();
    const { elements, count } = await this.#ask({ id, step: "blind", items, ...this.#ceremony }, onProgress);
    const failed = new Set();
    let reason = new ProtocolError("quorum", "too few custodians");
    try {
      for (;;) {
        const quorum = quorumWithout(transcript.t, transcript.n, failed);
        if (!quorum.length) throw reason;
        const { epoch, generation, key, suite } = transcript;
        try {
          const answer = await evaluate({ request: id, epoch, generation, key, suite, quorum, count, elements });
          return (await this.#ask({ id, step: "finalise", quorum, answer })).digests;
        } catch (error) {
          const guilty = (error.failed ?? [error.custodian]).filter((index) => quorum.includes(index));
          if (!guilty.length) throw error;
          guilty.forEach((index) => failed.add(index));
          reason = error;
        }
      }
    } finally {
      this.#worker.postMessage({ id, step: "forget" });
    }
  }

  #ask(data, onProgress = () => {}) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(data.id, { resolve, reject, onProgress });
      this.#worker.postMessage(data);
    });
  }

  #receive(data) {
    const waiting = this.#waiting.get(data.id);
    if (!waiting) return;
    if (data.step === "progress") {
      waiting.onProgress(data.done, data.total);
      return;
    }
    this.#waiting.delete(data.id);
    if (data.step === "refused") waiting.reject(new ProtocolError(data.code, data.message, data.custodian));
    else waiting.resolve(data);
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
