/** A clue in the making, in the browser: what was typed or read from a file, checked before anything is blinded. */

import { KINDS, Refused, WARNINGS, looksLikeIndicator, normalise, voiceLibrary } from "./kinds.js";
import { _ } from "./words.js";

export const MOST_INDICATORS = 20;
export const MOST_NOTE = 2000;
export const MOST_REFERENCE = 64;
/** Whether the page speaks English; otherwise it speaks Chinese. */
export const isEnglish = () => document.documentElement.lang.startsWith("en");

/** Why something typed cannot be filed, in the page's language. */
export class Mistake extends Error {}

/** The name of a kind in the page's language. */
export const kindName = (label) => (isEnglish() ? KINDS.get(label).nameEn : KINDS.get(label).nameZh);

/** {label, value, library?, warnings: [text]} of a typed indicator. Throws Mistake. */
export function indicator(label, text, libraries = []) {
  try {
    const { value, warnings } = normalise(label, text);
    const found = { label, value, warnings: warnings.map((code) => WARNINGS[code][isEnglish() ? 0 : 1]) };
    if (label !== "voice/1") return found;
    const library = voiceLibrary(value);
    if (!libraries.includes(library)) {
      throw new Mistake(_("This voice library is not registered in the circle. Registered: {list}.", { list: libraries.join(", ") || "–" }));
    }
    return { ...found, library };
  } catch (error) {
    if (error instanceof Refused) throw new Mistake(isEnglish() ? error.messageEn : error.messageZh);
    throw error;
  }
}

/** "list: whose it is" where a found indicator stands on a warning list, else "". `stoplist` null: not loaded. */
export function listedAs({ label, value }, stoplist) {
  const found = stoplist?.find(label, value);
  return found ? `${isEnglish() ? found.document.name_en : found.document.name_zh}: ${found.entry.label}` : "";
}

/** A free text that goes to the platform; refused if it holds an indicator. Throws Mistake. */
export function freeText(text, most, name) {
  const value = text.trim();
  if (value.length > most) throw new Mistake(_("{name}: at most {most} characters.", { name, most }));
  if (value && looksLikeIndicator(value)) {
    throw new Mistake(_("{name}: it seems to hold a phone, card or ID number, which must not leave your browser. Remove it.", { name }));
  }
  return value;
}

const two = (number) => String(number).padStart(2, "0");

/** RFC 3339 with this computer's offset, of `2026-05-01T09:30`, `2026/5/1 9:30`, `2026年5月1日` and the like. Throws Mistake. */
export function moment(text) {
  const given = text.trim();
  const exact = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)$/.test(given);
  const parts = given.match(/^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]\s*(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?)?$/);
  if (!exact && !parts) throw new Mistake(_("Write the time like 2026-05-01 09:30."));
  const [year, month, day, hour, minute, second] = parts ? parts.slice(1).map((part) => Number(part ?? 0)) : [];
  const date = exact ? new Date(given.replace(" ", "T")) : new Date(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(date.getTime()) || (!exact && (date.getMonth() !== month - 1 || date.getDate() !== day))) {
    throw new Mistake(_("This date does not exist."));
  }
  if (date > new Date()) throw new Mistake(_("The time lies in the future."));
  if (exact) return given.replace(" ", "T");
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${zone}`;
}

/** A clue as it travels: the digests stand where the values stood. */
export function row(clue, digests) {
  const { indicators, ...rest } = clue;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "")),
    digests: indicators.map(({ label, library }, place) => ({
      kind: label, digest: digests[place], ...(library ? { library } : {}),
    })),
  };
}
