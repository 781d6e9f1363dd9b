/**
 * Warning lists in the browser: what must not be filed, and how a list is written. Twin of privacy/warnings.py; both
 * run tests/vectors/warnings.
 *
 * The lists' signatures are not verified here: whoever serves them serves this script too. The client verifies them.
 */

import { normalise } from "./kinds.js";

/** All lists in force, for looking up what must not be filed; a lookup costs the same however long they are. */
export class Stoplist {
  #found = new Map();
  #lengths;

  /** `documents`: the `document` of each published list. */
  constructor(documents = []) {
    const lengths = new Set();
    for (const document of documents) {
      for (const entry of document.entries) {
        const name = `${entry.kind}\x1f${entry.prefix}\x1f${entry.value}`;
        if (!this.#found.has(name)) this.#found.set(name, { document, entry });
        if (entry.prefix) lengths.add(entry.value.length);
      }
    }
    this.#lengths = [...lengths].sort((one, other) => one - other);
  }

  /** {document, entry} that a canonical value stands under, an exact one before a prefix; null if it is free. */
  find(label, canonical) {
    const exact = this.#found.get(`${label}\x1ffalse\x1f${canonical}`);
    if (exact) return exact;
    for (const length of this.#lengths.filter((one) => one <= canonical.length)) {
      const found = this.#found.get(`${label}\x1ftrue\x1f${canonical.slice(0, length)}`);
      if (found) return found;
    }
    return null;
  }
}

/** {kind, value, prefix, label} of an entry as a person writes it: a value, or 95* and 400*. Throws Refused. */
export function readEntry(kind, written, label) {
  const text = written.trim();
  const found = kind === "phone/1" ? text.match(/^(.+?)(?:\*|…|\.\.\.)$/) : null;
  if (!found) return { kind, value: normalise(kind, text).value, prefix: false, label: label.trim() };
  let start = found[1].trim();
  if (/^[48]00[0-9]*$/.test(start)) start = `+86${start}`;
  return { kind, value: /^(\+|cn-sc:)/.test(start) ? start : `cn-sc:${start}`, prefix: true, label: label.trim() };
}

/** The lists that the platform publishes at `url`. Rejects if it does not answer. */
export async function fetchLists(url) {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return new Stoplist((await answer.json()).lists.map(({ document }) => document));
}
