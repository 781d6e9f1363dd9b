/** phone/1: E.164, or `cn-sc:` and the digits of a service number. Twin of privacy/kinds/phone.py. */

import { Refused, canonical, clean } from "./text.js";

const LABEL =
  /^(?:telephone|tel|phone|mobile|cell|fax|手机号码|手机号|手机|联系电话|联系方式|电话号码|电话|座机|固话|号码)[ ]*[:.]?[ ]*(?=[+(\[0-9])/i;
const DASHES = /[\u2010-\u2015\u2212]/g;
const MASK = /[*\u2022\u25cf\u25cb\u00d7]|[xX]{2,}|[?]{2,}/;
const SCIENTIFIC = /^[0-9](?:\.[0-9]+)?[eE][+]?[0-9]+$/;
const REMARK = /[ ]*\([^()0-9]+\)$/;
const SEVERAL = /[,;/|\\\u3001&]|和|或/;
const BLANKS = /[ \t\r\n]+/;
const SEPARATORS = /[ \t\r\n().[\]\u00b7\u30fb-]/g;
const EXTENSION = /^([^\n]*[0-9)])[ ]*(?:转分机号?|转|分机号?|extension|ext\.?|x|#|~)[ :]*([0-9]{1,6})$/i;
const EXTENSION_BRACKETS = /^([^\n]*[0-9])[ ]*\(([0-9]{1,6})\)$/;
const EXTENSION_DASH = /^([^\n]*[0-9]{7})-([0-9]{1,6})$/;

const MOBILE = /^1[3-9][0-9]{9}$/;
const TOLL = /^[48]00[0-9]{7}$/;
const CARRIER_PREFIX = /^(?:12593|12520|179[0-9]{2}|10193|11808)(0?1[3-9][0-9]{9}|0[0-9]{9,11})$/;
const AREA = /^0(10|2[0-9]|[3-9][0-9]{2})([0-9]*)$/;
const SUBSCRIBER = /^[2-9][0-9]{6,7}$/;
const SERVICE =
  /^(?:11[0249]|12[02]|1[0-2][0-9]{3}|11[68]114|1010[0-9]{4}|106[5689](?:[0-9]{4}|[0-9]{7,16})|95[0-9]{3,10}|96[0-9]{3,4})$/;
const SERVICE_NATIONAL = /^(?:95[0-9]{3}|10[0-9]{3})$/;
const SERVICE_LOCAL = /^(?:96[0-9]{3,4}|12[0-9]{3})$/;
const FOREIGN = /^[1-9][0-9]{6,14}$/;

const count = (text) => (text.match(/[0-9]/g) ?? []).length;

/** The canonical phone/1 of one written number. Throws Refused. */
export function phone(text) {
  let whole = clean(text).replace(DASHES, "-").replace(LABEL, "");
  if (!/[0-9]/.test(whole)) throw new Refused("unrecognised");
  if (whole.startsWith("cn-sc:")) return serviceAgain(whole);
  if (MASK.test(whole)) throw new Refused("masked");
  if (SCIENTIFIC.test(whole)) throw new Refused("scientific");
  whole = whole.replace(/^([0-9]{2,})\.0+$/, "$1").replace(REMARK, "");
  const full = whole.split(BLANKS).filter((part) => count(part) >= 7);
  if (SEVERAL.test(whole) || full.length > 1) throw new Refused("several");
  const marked = EXTENSION.exec(whole) ?? EXTENSION_BRACKETS.exec(whole);
  if (marked) return withExtension(number(marked[1]), marked[2]);
  const dashed = EXTENSION_DASH.exec(whole);
  if (dashed) {
    try {
      return withExtension(number(dashed[1]), dashed[2]);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return answer(number(whole), whole);
}

/** A canonical service number read again: the parts must give the same text. */
function serviceAgain(whole) {
  const again = national(whole.slice("cn-sc:".length).replaceAll(":", ""), false);
  if (again !== whole) throw new Refused("unrecognised");
  return canonical(again);
}

/** With a warning where a + before 1 and ten more digits may be a slip in front of a mainland mobile. */
function answer(found, written) {
  const slip = /^\+1[3-9]/.test(written) && /^\+1[3-9][0-9]{9}$/.test(found);
  return canonical(found, null, slip ? ["nanp"] : []);
}

function withExtension(found, extension) {
  return canonical(found, extension, /^\+861[3-9][0-9]{9}$/.test(found) ? ["extension"] : []);
}

/** The canonical form of a number without its extension. */
function number(written) {
  const body = written.replace(/^([ (\[]*(?:\+|00)[^\n]*)\(0\)/, "$1").replace(SEPARATORS, "");
  const found = /^(\+*)(86\+)?([0-9]+)$/.exec(body);
  if (!found) {
    if (body.replace(/^\++/, "").includes("+")) throw new Refused("several");
    throw new Refused(/[A-Za-z]/.test(body) && count(body) >= 5 ? "letter" : "unrecognised");
  }
  const digits = (found[2] ? "86" : "") + found[3];
  if (digits.startsWith("000")) throw new Refused("international");
  if (digits.startsWith("00")) return international(digits.slice(2));
  return found[1] ? international(digits) : bare(digits);
}

function international(digits) {
  if (digits.startsWith("0")) throw new Refused("international");
  if (digits.startsWith("86")) return national(digits.slice(2), true);
  if (!FOREIGN.test(digits)) throw new Refused("unrecognised");
  return `+${digits}`;
}

/** Digits with neither + nor 00: national, or 86 and a number too long to be a local one. */
function bare(digits) {
  if (digits.startsWith("86") && digits.length >= 11 && digits[2] !== "0") return national(digits.slice(2), true);
  return national(digits, false);
}

/** A number of the mainland plan; `prefixed`: +86 stood before it, so an area code may lack its 0. */
function national(given, prefixed) {
  const carrier = prefixed ? null : CARRIER_PREFIX.exec(given);
  const digits = carrier ? carrier[1] : given;
  if (MOBILE.test(digits) || TOLL.test(digits)) return `+86${digits}`;
  if (digits.startsWith("0") && MOBILE.test(digits.slice(1))) return `+86${digits.slice(1)}`;
  const trunkless = prefixed ? AREA.exec(`0${digits}`) : null;
  if (trunkless && SUBSCRIBER.test(trunkless[2])) return `+86${digits}`;
  if (SERVICE.test(digits)) return `cn-sc:${digits}`;
  const area = AREA.exec(prefixed && !digits.startsWith("0") ? `0${digits}` : digits);
  if (!area) throw new Refused("unrecognised");
  return inArea(area[1], area[2]);
}

function inArea(area, subscriber) {
  if (SUBSCRIBER.test(subscriber)) return `+86${area}${subscriber}`;
  if (SERVICE_NATIONAL.test(subscriber)) return `cn-sc:${subscriber}`;
  if (SERVICE_LOCAL.test(subscriber)) return `cn-sc:0${area}:${subscriber}`;
  throw new Refused([6, 9, 10].includes(subscriber.length) ? "length" : "unrecognised");
}
