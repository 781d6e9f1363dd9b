/**
 * Warning lists in the browser: what must not be filed, and how a list is written. Twin of privacy/warnings.py; both
 * run tests/vectors/warnings.
 *
 * The lists' signatures are not verified here: whoever serves them serves this script too. The client verifies them.
 */

import { normalise } from "./kinds.js";

/** All lists in force, for looking up what must not be filed. */
export class Stoplist {
  #exact = new Map();
  #prefixes = [];

  /** `documents`: the `document` of each published list. */
  constructor(documents = []) {
    for (const document of documents) {
      for (const entry of document.entries) {
        const name = `${entry.kind}\x1f${entry.value}`;
        if (entry.prefix) this.#prefixes.push({ document, entry });
        else if (!this.#exact.has(name)) this.#exact.set(name, { document, entry });
      }
    }
  }

  /** {document, entry} that a canonical value stands under, an exact one before a prefix; null if it is free. */
  find(label, canonical) {
    const exact = this.#exact.get(`${label}\x1f${canonical}`);
    return exact ?? this.#prefixes.find(({ entry }) => entry.kind === label && canonical.startsWith(entry.value)) ?? null;
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
