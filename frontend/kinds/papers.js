/** Numbers of papers and cards: cnid/1, card/1, uscc/1. Twin of privacy/kinds/papers.py. */

import { Refused, canonical, clean, digitsOf, luhn, stripped } from "./text.js";

const CNID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CNID_CHECK = "10X98765432";
const USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const weighted = (weights, value) => weights.reduce((total, weight, place) => total + weight * value(place), 0);

/** A resident identity number, 18 characters; an old one of 15 digits is extended. Throws Refused. */
export function cnid(text) {
  const whole = clean(text).replace(/[ \t-]/g, "").toUpperCase();
  if (/[*\u2022\u25cf\u25cb\u00d7]|X{2,}/.test(whole)) throw new Refused("masked");
  if (/[,;/|\u3001&]/.test(whole)) throw new Refused("several");
  if (/^[0-9](\.[0-9]+)?E[+]?[0-9]+$/.test(whole)) throw new Refused("scientific");
  if (/^[1-9][0-9]{14}$/.test(whole)) {
    const body = `${whole.slice(0, 6)}19${whole.slice(6)}`;
    refuseDate(body);
    return canonical(body + cnidCheck(body));
  }
  if (!/^[1-9][0-9]{16}[0-9X]$/.test(whole)) {
    throw new Refused(/^[1-9][0-9]*X?$/.test(whole) ? "length" : "unrecognised");
  }
  refuseDate(whole);
  if (cnidCheck(whole) !== whole[17]) throw new Refused("checksum");
  return canonical(whole);
}

/** ISO 7064 mod 11-2 over the first 17 digits. */
function cnidCheck(body) {
  return CNID_CHECK[weighted(CNID_WEIGHTS, (place) => Number(body[place])) % 11];
}

function refuseDate(body) {
  const [year, month, day] = [body.slice(6, 10), body.slice(10, 12), body.slice(12, 14)].map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const sound = year >= 1850 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month - 1];
  if (!sound || (month === 2 && day === 29 && !leap)) throw new Refused("date");
}

/** A bank card, 12 to 19 digits. A failed Luhn check is the warning "luhn", never a refusal. */
export function card(text) {
  const digits = digitsOf(text);
  if (digits.length < 12 || digits.length > 19) throw new Refused("length");
  if (!stripped(digits, "0")) throw new Refused("unrecognised");
  return canonical(digits, null, luhn(digits) ? [] : ["luhn"]);
}

/** A unified social credit code, 18 characters in capitals. Throws Refused. */
export function uscc(text) {
  const whole = clean(text).replace(/[ \t-]/g, "").toUpperCase();
  if (/[*\u2022\u25cf\u25cb\u00d7]/.test(whole)) throw new Refused("masked");
  if (/[,;/|\u3001&]/.test(whole)) throw new Refused("several");
  if (!/^[0-9A-Z]+$/.test(whole)) throw new Refused("unrecognised");
  if (whole.length !== 18) throw new Refused("length");
  if (!/^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(whole)) throw new Refused("unrecognised");
  const total = weighted(USCC_WEIGHTS, (place) => USCC_SIGNS.indexOf(whole[place]));
  if (USCC_SIGNS[(31 - (total % 31)) % 31] !== whole[17]) throw new Refused("checksum");
  return canonical(whole);
}
