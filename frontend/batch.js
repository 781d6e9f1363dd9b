/** The rows of a file on their way to clues: which column is what, which rows are good, and why the others are not. */

import { MOST_INDICATORS, MOST_NOTE, MOST_REFERENCE, Mistake, freeText, indicator, isEnglish, kindName, listedAs, moment, row } from "./clues.js";
import { KINDS } from "./kinds.js";
import { _ } from "./words.js";
import WORDS from "./file-words.json";

/** The heading of the reason in an error workbook; the same in every language, so that it can be read back. */
export const REASON = WORDS.ignored[0];
const FIELDS = Object.keys(WORDS.heads).filter((name) => !["kind", "value"].includes(name));
const head = (name) => WORDS.heads[name][isEnglish() ? 1 : 0];

/** A head or a word as it is compared; as `folded` of alliance_client/words.py. */
function folded(text) {
  const plain = text.normalize("NFKC").replace(/\ufeff/g, "").trim().toLowerCase();
  return plain.replace(/\s*\([^)]*\)$/, "").replace(/^[*: ]+|[*: ]+$/g, "").replace(/[\s_]+/g, " ");
}

const among = (words, name) => Object.keys(words).find((key) => [key, ...words[key]].some((word) => folded(word) === name));

function kindOf(name) {
  const known = [...KINDS.values()].find((one) => [one.label, one.label.split("/")[0], one.nameEn, one.nameZh].some((word) => folded(word) === name));
  return known?.label ?? among(WORDS.indicators, name) ?? null;
}

/** What a heading means: {field, pair} | {kind} | "ignored" | null. It may end in a number: 电话号码2, kind 2. */
function meaning(heading) {
  const name = folded(heading);
  const [, stem, place] = name.match(/^(.*?) ?([0-9]{1,2})$/) ?? [null, name, "1"];
  for (const [candidate, pair] of [[name, 1], [stem, Number(place)]]) {
    if (WORDS.ignored.some((word) => folded(word) === candidate)) return "ignored";
    const found = among(WORDS.heads, candidate);
    if (found) return found === "kind" || found === "value" || pair === 1 ? { field: found, pair } : null;
    const kind = kindOf(candidate);
    if (kind) return { kind };
  }
  return null;
}

/** The columns of a file. Throws Mistake if none holds an indicator. */
export class Columns {
  constructor(header, choices) {
    this.choices = choices;
    this.meanings = header.map(meaning);
    this.known = header.filter((_name, at) => this.meanings[at]?.field || this.meanings[at]?.kind);
    this.unknown = header.filter((name, at) => name && !this.meanings[at]);
    this.pairs = this.meanings.flatMap((one, at) => {
      if (one?.field !== "value") return [];
      const kind = this.meanings.findIndex((other) => other?.field === "kind" && other.pair === one.pair);
      return kind < 0 ? [] : [{ kind, value: at }];
    });
    if (header.length && !this.pairs.length && !this.meanings.some((one) => one?.kind)) {
      throw new Mistake(_("No column is named after a kind of indicator. Download the template to see the names."));
    }
  }

  /** Where a field stands in a row, or -1. */
  at(name) {
    return this.meanings.findIndex((one) => one?.field === name);
  }

  headings() {
    return [...FIELDS.map(head), ...[...KINDS.keys()].map(kindName)];
  }

  example() {
    const values = { observed_at: "2026-05-01 09:30", note: "", own_reference: "CASE-0001" };
    const fields = FIELDS.map((name) => values[name] ?? this.choices[name][0]?.name ?? "");
    return [...fields, ...[...KINDS.values()].map((kind, at) => (at ? "" : kind.example))];
  }

  allowed() {
    const fields = FIELDS.filter((name) => this.choices[name]);
    const kinds = [...KINDS.values()].map((kind) => `${kindName(kind.label)}: ${kind.example}`);
    const lists = [...fields.map((name) => this.choices[name].map((one) => one.name)), kinds];
    const longest = Math.max(...lists.map((list) => list.length));
    const rows = Array.from({ length: longest }, (_item, at) => lists.map((list) => list[at] ?? ""));
    return [[...fields.map(head), _("Kinds, with an example")], ...rows];
  }
}

/** A file's rows, sorted into good and bad. `good`: {clue, place}; `bad`: {number, cells, reason}; `values`: unique; `dropped`: {number, list} of each
 * indicator that stands on a warning list and was left out of its row. */
export class Batch {
  #digests = new Map();
  #sent = [];

  constructor({ header, rows }, columns, defaults, stoplist = null) {
    this.stoplist = stoplist;
    this.dropped = [];
    this.columns = columns;
    this.defaults = defaults;
    this.key = crypto.randomUUID();
    this.rows = rows;
    const kept = header.map((name, at) => [name, at]).filter((_one, at) => columns.meanings[at] !== "ignored");
    this.keptHeader = kept.map(([name]) => name);
    this.kept = kept.map(([, at]) => at);
    this.good = [];
    this.bad = [];
    rows.forEach((cells, place) => {
      try {
        this.good.push({ clue: this.#unlisted(this.#clue(cells), place), place });
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        this.#refuse(place, error.message);
      }
    });
    const unique = new Map(this.good.flatMap(({ clue }) => clue.indicators.map((one) => [this.#name(one), { label: one.label, canonical: one.value }])));
    this.values = [...unique.values()];
  }

  #name({ label, value, canonical }) {
    return `${label}\x1f${value ?? canonical}`;
  }

  #refuse(place, reason) {
    this.bad.push({ number: place + 2, cells: this.kept.map((at) => this.rows[place][at]), reason });
  }

  #choice(name, cells) {
    const given = this.#text(name, cells).trim();
    if (!given) {
      if (this.defaults[name]) return this.defaults[name];
      throw new Mistake(_("{field} is missing.", { field: head(name) }));
    }
    const found = this.columns.choices[name].find((one) => [one.code, one.name, ...(WORDS[name]?.[one.code] ?? [])].some((word) => folded(word) === folded(given)));
    if (!found) throw new Mistake(_("{field}: “{given}” is not in the list.", { field: head(name), given: given.slice(0, 40) }));
    return found.code;
  }

  #text(name, cells) {
    const at = this.columns.at(name);
    return at < 0 ? "" : cells[at];
  }

  #indicators(cells, libraries) {
    const single = this.columns.meanings.flatMap((one, at) => (one?.kind && cells[at].trim() ? [[one.kind, cells[at]]] : []));
    const paired = this.columns.pairs.flatMap(({ kind, value }) => {
      if (!cells[value].trim()) return [];
      const label = kindOf(folded(cells[kind]));
      if (!label) throw new Mistake(_("{field}: “{given}” is not in the list.", { field: head("kind"), given: cells[kind].slice(0, 40) }));
      return [[label, cells[value]]];
    });
    return [...single, ...paired].map(([label, text]) => {
      try {
        return indicator(label, text, libraries);
      } catch (error) {
        if (error instanceof Mistake) throw new Mistake(`${kindName(label)}: ${error.message}`);
        throw error;
      }
    });
  }

  #clue(cells) {
    const circle = this.#choice("circle", cells);
    const { libraries } = this.columns.choices.circle.find((one) => one.code === circle);
    const indicators = this.#indicators(cells, libraries);
    const names = new Set(indicators.map((one) => this.#name(one)));
    if (!indicators.length) throw new Mistake(_("The row holds no indicator."));
    if (indicators.length > MOST_INDICATORS) throw new Mistake(_("A clue holds at most {most} indicators.", { most: MOST_INDICATORS }));
    if (names.size < indicators.length) throw new Mistake(_("The row holds the same indicator twice."));
    return {
      circle,
      typology: this.#choice("typology", cells),
      proof: this.#choice("proof", cells),
      role: this.#choice("role", cells),
      observed_at: moment(this.#text("observed_at", cells)),
      note: freeText(this.#text("note", cells), MOST_NOTE, _("Note")),
      own_reference: freeText(this.#text("own_reference", cells), MOST_REFERENCE, _("Own reference")),
      indicators,
    };
  }

  /** The clue without what stands on a warning list. Throws Mistake, with the list's name, if nothing is left. */
  #unlisted(clue, place) {
    const listed = clue.indicators.map((one) => listedAs(one, this.stoplist)).filter(Boolean);
    if (!listed.length) return clue;
    if (listed.length === clue.indicators.length) {
      throw new Mistake(_("All of the row stands on a warning list ({list}), so there is nothing to file.", { list: [...new Set(listed)].join("; ") }));
    }
    this.dropped.push(...listed.map((list) => ({ number: place + 2, list })));
    return { ...clue, indicators: clue.indicators.filter((one) => !listedAs(one, this.stoplist)) };
  }

  /** Remember the digests of some of `values`. */
  learn(values, digests) {
    values.forEach((one, at) => this.#digests.set(this.#name(one), digests[at]));
  }

  #isReady({ clue }) {
    return clue.indicators.every((one) => this.#digests.has(this.#name(one)));
  }

  /** Give up the rows whose values have no digest yet. */
  leave(reason) {
    for (const one of this.good.filter((each) => !this.#isReady(each))) this.#refuse(one.place, reason);
    this.good = this.good.filter((one) => this.#isReady(one));
  }

  /** The rows as newline-delimited JSON; empty if none is ready. */
  body() {
    this.#sent = this.good;
    return this.good.map(({ clue }) => `${JSON.stringify(row(clue, clue.indicators.map((one) => this.#digests.get(this.#name(one)))))}\n`).join("");
  }

  /** What the platform refused: [{row: from 1, detail}]. */
  refused(errors = []) {
    for (const { row: number, detail } of errors) this.#refuse(this.#sent[number - 1].place, detail);
  }
}
