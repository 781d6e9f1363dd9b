/** The rows of a seized list, checked in the browser: which kind, which value, which lender; what is wrong with the others. */

import { Mistake, indicator, isEnglish, kindName } from "./clues.js";
import { KINDS } from "./kinds.js";
import { _ } from "./words.js";
import WORDS from "./file-words.json";

const HEADS = {
  kind: ["kind", "类型", "要素类型", "type"],
  value: ["value", "值", "要素值", "号码", "number"],
  lender: ["lender", "机构", "贷款机构", "银行", "bank", "institution"],
  note: ["note", "备注", "说明", "remark"],
};
const MOST_NOTE = 500;

const folded = (text) => text.normalize("NFKC").replace(/\ufeff/g, "").trim().toLowerCase().replace(/[\s_()（）]+/g, " ").trim();
const letters = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

function kindOf(text) {
  const name = folded(text);
  const known = (one) => [one.label, one.label.split("/")[0], one.nameEn, one.nameZh, ...(WORDS.indicators[one.label] ?? [])];
  return [...KINDS.values()].find((one) => known(one).some((word) => folded(word) === name))?.label;
}

function columnsOf(header) {
  const meanings = header.map((heading) => Object.keys(HEADS).find((name) => HEADS[name].includes(folded(heading))) ?? kindOf(heading) ?? null);
  const at = (name) => meanings.indexOf(name);
  const kinds = meanings.flatMap((meaning, place) => (KINDS.has(meaning) ? [[meaning, place]] : []));
  if (!kinds.length && (at("kind") < 0 || at("value") < 0)) {
    throw new Mistake(_("The first line must name the columns: kind and value, or a kind such as {example}.", { example: kindName("phone/1") }));
  }
  return { at, kinds };
}

/** {good: [{label, value, lender, note}], bad: [{number, reason}], notes: [text]} of a table; `lenders` are the page's. */
export function readRows({ header, rows }, lenders) {
  const columns = columnsOf(header);
  const byName = new Map(lenders.flatMap((one) => [[letters(one.zh), one], [letters(one.en), one]]));
  const found = { good: [], bad: [], notes: [] };
  const seen = new Set();
  const cell = (cells, name) => (columns.at(name) < 0 ? "" : (cells[columns.at(name)] ?? "").trim());
  rows.forEach((cells, place) => {
    const number = place + 2;
    try {
      const name = cell(cells, "lender");
      const lender = name ? byName.get(letters(name)) : null;
      if (name && !lender) found.notes.push(_("Row {number}: the lender is no member that can be named; it is compared by digest alone.", { number }));
      if (lender && !lender.keys.length) found.notes.push(_("Row {number}: {lender} has published no key; it is compared by digest alone.", { number, lender: isEnglish() ? lender.en : lender.zh }));
      const note = cell(cells, "note");
      if (note.length > MOST_NOTE) throw new Mistake(_("{name}: at most {most} characters.", { name: _("Note"), most: MOST_NOTE }));
      const typed = columns.kinds.map(([label, at]) => [label, cells[at] ?? ""]);
      if (cell(cells, "value")) typed.push([kindOf(cell(cells, "kind")), cell(cells, "value")]);
      const given = typed.filter(([, text]) => text.trim());
      if (!given.length) throw new Mistake(_("The row holds no indicator."));
      for (const [label, text] of given) {
        if (!label) throw new Mistake(_("The kind is not known."));
        const { value } = indicator(label, text);
        const mark = [label, value, lender?.ref ?? ""].join("\u001f");
        if (seen.has(mark)) throw new Mistake(_("The same person stands in an earlier row."));
        seen.add(mark);
        found.good.push({ number, label, value, lender: lender?.keys.length ? lender : null, note });
      }
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      found.bad.push({ number, reason: error.message });
    }
  });
  return found;
}

/** `count` different random row numbers: they tell no bank how long the list is, or where in it a person stands. */
export function drawNumbers(count) {
  const drawn = new Set();
  while (drawn.size < count) {
    const [number] = crypto.getRandomValues(new Uint32Array(1));
    if (number >>> 1) drawn.add(number >>> 1);
  }
  return [...drawn];
}
