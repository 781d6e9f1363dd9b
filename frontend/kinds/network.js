/** Devices and addresses: imei/1, oaid/1, ip/1, domain/1. Twin of privacy/kinds/network.py. */

import { punycode } from "./punycode.js";
import { Refused, canonical, clean, digitsOf, luhn, stripped } from "./text.js";

const RESERVED_4 = (
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24" +
  " 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
).split(" ").map((block) => {
  const [base, length] = block.split("/");
  return [number4(base.split(".")), 2 ** (32 - Number(length))];
});
const HOST = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#\\@:[\] \t\r\n]+)(?::[0-9]{1,5})?(?:[/?#][^\n]*)?$/i;
const LABEL_PLAIN = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
// Lower-case letters and digits of Latin, Greek, Cyrillic, Hebrew, Arabic, Thai, kana, Han and Hangul.
const LABEL_WIDE = new RegExp(
  "^[a-z0-9_\\u00df-\\u00f6\\u00f8-\\u024f\\u0370-\\u03ff\\u0400-\\u052f\\u05d0-\\u05ea\\u0620-\\u064a" +
    "\\u0660-\\u0669\\u066e-\\u06d3\\u06f0-\\u06fc\\u0e01-\\u0e3a\\u0e40-\\u0e4e\\u1e00-\\u1eff\\u3005-\\u3007" +
    "\\u3041-\\u3096\\u30a1-\\u30fa\\u30fc-\\u30fe\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\u{20000}-\\u{2a6df}\\-]+$",
  "u",
);

/** The first 14 digits of an IMEI: 14, 15 with a check digit, or 16 with a version. */
export function imei(text) {
  const digits = digitsOf(text);
  if (digits.length < 14 || digits.length > 16) throw new Refused("length");
  const key = digits.slice(0, 14);
  if (!stripped(key, "0")) throw new Refused("zero");
  if (digits.length !== 15 || luhn(digits)) return canonical(key);
  if (digits[14] !== "0") throw new Refused("checksum");
  return canonical(key, null, ["spare"]);
}

/** An OAID or IDFA: 16, 32 or 64 hexadecimal digits in lower case, without a UUID's hyphens. */
export function oaid(text) {
  let whole = clean(text).toLowerCase();
  if (/[*\u2022\u25cf\u25cb\u00d7]/.test(whole)) throw new Refused("masked");
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(whole)) whole = whole.replaceAll("-", "");
  if (!/^[0-9a-f]+$/.test(whole)) throw new Refused("unrecognised");
  if (!stripped(whole, "0")) throw new Refused("zero");
  if (![16, 32, 64].includes(whole.length)) throw new Refused("length");
  return canonical(whole);
}

/** An IPv4 address in four decimals, or IPv6 as RFC 5952 writes it; v4-mapped becomes IPv4. */
export function ip(text) {
  let whole = clean(text);
  if (/[,;|\u3001]/.test(whole)) throw new Refused("several");
  if (/[*\u2022\u25cf\u25cb\u00d7]/.test(whole)) throw new Refused("masked");
  if (/^\[[0-9A-Fa-f:.]+\]$/.test(whole)) whole = whole.slice(1, -1);
  if (!/^[0-9A-Fa-f:.]+$/.test(whole)) throw new Refused("unrecognised");
  if (!whole.includes(":")) return address4(whole);
  const groups = groups6(whole);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return address4([groups[6] >> 8, groups[6] & 255, groups[7] >> 8, groups[7] & 255].join("."));
  }
  const documentation = (groups[0] === 0x2001 && groups[1] === 0xdb8) || (groups[0] === 0x3fff && groups[1] < 0x1000);
  if (groups[0] >> 13 !== 1 || documentation) throw new Refused("private");
  return canonical(compressed(groups));
}

function number4(parts) {
  return parts.reduce((total, part) => total * 256 + Number(part), 0);
}

/** The four decimals, or null: no leading zero, for some readers take that for octal. */
function parts4(text) {
  const parts = text.split(".");
  const sound = parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256);
  return sound ? parts : null;
}

function address4(text) {
  const parts = parts4(text);
  if (!parts) throw new Refused("unrecognised");
  const whole = number4(parts);
  if (RESERVED_4.some(([base, size]) => whole >= base && whole < base + size)) throw new Refused("private");
  return canonical(parts.join("."));
}

/** Eight 16-bit groups of an IPv6 address (RFC 4291, section 2.2). Throws Refused. */
function groups6(text) {
  let whole = text;
  const tail = whole.slice(whole.lastIndexOf(":") + 1);
  if (tail.includes(".")) {
    const parts = parts4(tail);
    if (!parts) throw new Refused("unrecognised");
    const [a, b, c, d] = parts.map(Number);
    whole = `${whole.slice(0, -tail.length)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const halves = whole.split("::");
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = groups.reduce((total, half) => total + half.length, 0);
  const sound = groups.flat().every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group));
  if (!sound || halves.length > 2 || (halves.length === 2 ? given > 7 : given !== 8)) throw new Refused("unrecognised");
  const filled = halves.length === 2 ? [...groups[0], ...Array(8 - given).fill("0"), ...groups[1]] : groups[0];
  return filled.map((group) => parseInt(group, 16));
}

/** RFC 5952: the first of the longest runs of two or more zero groups becomes `::`. */
function compressed(groups) {
  let [best, length] = [-1, 1];
  for (let start = 0; start < 8; start += 1) {
    let end = start;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - start > length) [best, length] = [start, end - start];
  }
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(":");
  return `${hex.slice(0, best).join(":")}::${hex.slice(best + length).join(":")}`;
}

/** A whole host name, from itself or a URL: lower case, IDNA's xn-- form, no leading `www.`. */
export function domain(text) {
  const whole = clean(text).replaceAll("\u3002", ".").replaceAll("[.]", ".").replaceAll("(.)", ".");
  if (/[*\u2022\u25cf\u25cb]/.test(whole)) throw new Refused("masked");
  const found = HOST.exec(whole);
  if (!found) throw new Refused(/[,;|\u3001 \n]/.test(whole) ? "several" : "domain");
  if (/[,;|\u3001]/.test(found[1])) throw new Refused("several");
  const host = [...found[1]].map((sign) => sign.toLowerCase()).join("").normalize("NFC");
  let labels = host.replace(/\.$/, "").split(".").map(asciiLabel);
  while (labels.length > 2 && labels[0] === "www") labels = labels.slice(1);
  const value = labels.join(".");
  if (labels.length < 2 || value.length > 253 || /^[0-9]+$|^0x[0-9a-f]*$/.test(labels.at(-1))) {
    throw new Refused("domain");
  }
  return canonical(value);
}

/** One label in its ASCII form (RFC 3492, RFC 1035's 63 octets). */
function asciiLabel(label) {
  let plain = label;
  if (/[^\x00-\x7f]/.test(label)) {
    if (!LABEL_WIDE.test(label)) throw new Refused("idna");
    plain = `xn--${punycode(label)}`;
  }
  if (plain.length > 63 || !LABEL_PLAIN.test(plain)) throw new Refused("domain");
  return plain;
}
