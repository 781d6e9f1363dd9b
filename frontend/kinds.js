/**
 * The registry of kinds for the browser: what an indicator may be, and its one canonical spelling.
 *
 * Twin of privacy/kinds: both run tests/vectors/kinds (kinds-vectors.js). A changed rule is a new label.
 */

import { account, qq, voice, wechat } from "./kinds/accounts.js";
import { domain, imei, ip, oaid } from "./kinds/network.js";
import { card, cnid, uscc } from "./kinds/papers.js";
import { phone } from "./kinds/phone.js";
import { Refused, foldedOf, luhn } from "./kinds/text.js";

export { REASONS, Refused, WARNINGS } from "./kinds/text.js";

const NORMALISERS = new Map(Object.entries({
  "phone/1": phone,
  "voice/1": voice,
  "account/1": account,
  "cnid/1": cnid,
  "card/1": card,
  "wechat/1": wechat,
  "qq/1": qq,
  "imei/1": imei,
  "oaid/1": oaid,
  "ip/1": ip,
  "domain/1": domain,
  "uscc/1": uscc,
}));

/** label -> {number, label, nameEn, nameZh, weak, public, example}: the fields of privacy.kinds.Kind. */
export const KINDS = new Map([
  [1, "phone/1", "Phone number", "电话号码", false, false, "138 1234 5678"],
  [2, "voice/1", "Voiceprint ID", "声纹编号", false, false, "vendor:library:3.2:C000123"],
  [3, "account/1", "Agent-ad account", "中介广告账号", false, false, "抖音:uid:1234567890"],
  [4, "cnid/1", "Resident ID", "身份证号", false, false, "11010519491231002X"],
  [5, "card/1", "Bank card", "银行卡号", false, false, "6222 0212 3456 7890 128"],
  [6, "wechat/1", "WeChat ID", "微信号", false, false, "wxid_abc123def456"],
  [7, "qq/1", "QQ number", "QQ号", false, false, "123456789"],
  [8, "imei/1", "IMEI", "手机串号（IMEI）", true, false, "490154203237518"],
  [9, "oaid/1", "Advertising device ID", "设备广告标识（OAID/IDFA）", false, false, "6d92078a-8246-4ba4-ae5b-76104861e7dc"],
  [10, "ip/1", "IP address", "IP地址", true, false, "1.2.3.4"],
  [11, "domain/1", "Domain", "域名", false, true, "www.example.com"],
  [12, "uscc/1", "Company code", "统一社会信用代码", false, true, "91350100M000100Y43"],
].map(([number, label, nameEn, nameZh, weak, isPublic, example]) => [
  label, Object.freeze({ number, label, nameEn, nameZh, weak, public: isPublic, example }),
]));

const PHONE_IN =
  /(?<![0-9])(?:(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|0(?:10|2[0-9]|[3-9][0-9]{2})[ -]?[2-8][0-9]{6,7})(?![0-9])/;
const CNID_IN = /(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])/g;
const CARD_IN =
  /(?<![0-9])[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{3,4}(?:[ -]?[0-9]{1,3})?(?![0-9])/g;

/** {value, extension, warnings} of one written value of the kind `label`. Idempotent. Throws Refused. */
export function normalise(label, text) {
  const normaliser = NORMALISERS.get(label);
  if (!normaliser) throw new Refused("kind");
  return normaliser(text);
}

/** The OPRF input (Uint8Array): label, 0x1F, canonical value in UTF-8. */
export function message(label, canonical) {
  return new TextEncoder().encode(`${label}\x1f${canonical}`);
}

/** The library `vendor:library:engine` of a canonical voice/1. */
export function voiceLibrary(canonical) {
  return canonical.slice(0, canonical.lastIndexOf(":"));
}

/** "phone", "cnid" or "card" if a free text, however long, holds one (then it must not travel), else null. */
export function looksLikeIndicator(text) {
  const whole = foldedOf(text);
  if ((whole.match(CNID_IN) ?? []).some(isCnid)) return "cnid";
  if ((whole.match(CARD_IN) ?? []).some((found) => luhn(found.replace(/[ -]/g, "")))) return "card";
  return PHONE_IN.test(whole) ? "phone" : null;
}

function isCnid(text) {
  try {
    return Boolean(cnid(text));
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
