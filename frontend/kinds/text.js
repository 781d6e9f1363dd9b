/** What all kinds share: the folding of text, the answer, and the reasons of refusal. Twin of privacy/kinds/text.py. */

const LONGEST = 2048;

// Code points whose NFKC is the same in every Unicode version since 14; others become U+FFFD first.
const UNSTABLE =
  /[^\x00-\u9fff\uac00-\ud7a3\uf900-\uffff\u{1d400}-\u{1d7ff}\u{1f100}-\u{1f1ff}\u{20000}-\u{2fa1f}]/gu;
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;
const EDGE = "\\t\\n\\x0b\\x0c\\r\\x1c\\x1d\\x1e\\x1f \\x85\\u1680\\u2028\\u2029\"'`\\u2018\\u2019\\u201c\\u201d\\u300c\\u300d";
const EDGES = new RegExp(`^[${EDGE}]+|[${EDGE}]+$`, "g");

/** Code of refusal -> [English, Chinese]. */
export const REASONS = Object.freeze({
  unrecognised: ["This is not a value of this kind.", "无法识别为该类型的要素。"],
  long: ["The text is longer than any value of this kind.", "内容过长，不是该类型的要素。"],
  masked: ["The value is masked; the whole value is needed.", "该值已脱敏（含 * 或 x），需要完整的值。"],
  several: ["There is more than one value, or a sign that no value has; write one value to a field.", "含有多个值或多余的符号，每个单元格只填一个值。"],
  letter: ["A letter stands among the digits.", "数字中混有字母。"],
  scientific: ["A spreadsheet turned the number into scientific notation; format the column as text.", "数值被表格软件转成了科学计数法，请把该列设为“文本”格式后重新填写。"],
  precision: ["A spreadsheet keeps only 15 digits of a number and has changed this one; format the column as text.", "表格软件只保留 15 位数字，该值已被改动，请把该列设为“文本”格式后重新填写。"],
  international: ["The international prefix is not valid; write + and the country code.", "国际前缀有误，请写成“+国家代码 号码”。"],
  length: ["The number has too few or too many digits.", "位数不对。"],
  checksum: ["The check digit does not fit: a digit is mistyped.", "校验位不符，号码可能录入有误。"],
  date: ["The date of birth in the number does not exist.", "号码中的出生日期不存在。"],
  zero: ["The identifier is all zeros: the device hides it.", "标识全为 0，说明设备未提供该标识。"],
  phone: ["This is a mobile number; file it under the kind phone.", "这是手机号，请按“电话号码”类型填写。"],
  platform: ["The platform is not on the list of this kind.", "平台不在名单内。"],
  library: ["A voiceprint ID is vendor:library:engine:cluster.", "声纹编号须写成“厂商:声纹库:引擎版本:聚类编号”。"],
  private: ["The address is private or reserved: it names nobody.", "该地址为内网或保留地址，不指向任何人。"],
  domain: ["The host name is not valid.", "域名不合法。"],
  idna: ["The host name holds a character outside the accepted scripts; write its xn-- form.", "域名含有不支持的字符，请改写为 xn-- 形式。"],
  kind: ["There is no such kind.", "没有这种要素类型。"],
});

/** Code of warning -> [English, Chinese]. A value with a warning is accepted. */
export const WARNINGS = Object.freeze({
  luhn: ["The card number fails the Luhn check: it is accepted, but look for a mistyped digit.", "银行卡号未通过 Luhn 校验：已接受，但请核对是否录错。"],
  spare: ["The last digit of the IMEI is 0 in place of a check digit: it is accepted.", "IMEI 末位是 0 而不是校验位：已接受。"],
  nanp: ["With + this is a North American number; write a mainland mobile without +.", "带“+”时按北美号码处理；若是大陆手机号，请去掉“+”。"],
  extension: ["An extension on a mobile number is often a relay of a delivery or ride service.", "手机号带分机，可能是外卖、网约车等平台的隐私中转号。"],
  assumed_uid: ["No kind of name was given; it was read as the platform's own identifier.", "未注明标识类别，已按平台内部编号（uid）处理。"],
});

/** A text that is no value of its kind. `code` is a key of REASONS; the texts never repeat the value. */
export class Refused extends Error {
  constructor(code) {
    super(REASONS[code][0]);
    this.name = "Refused";
    this.code = code;
    [this.messageEn, this.messageZh] = REASONS[code];
  }
}

/** The one spelling of an indicator. `extension` is beside the key; `warnings` are keys of WARNINGS. */
export function canonical(value, extension = null, warnings = []) {
  return { value, extension, warnings };
}

/** NFKC without invisible and bidirectional characters, trimmed of blanks and of quotes around it all. */
export function clean(text) {
  if (text.length > LONGEST && [...text].length > LONGEST) throw new Refused("long");
  const folded = foldedOf(text);
  if (!folded) throw new Refused("unrecognised");
  return folded;
}

/** What `clean` makes of a text of any length, a long one or an empty one too. */
export function foldedOf(text) {
  return text.replace(UNSTABLE, "\ufffd").normalize("NFKC").replace(INVISIBLE, "").replace(EDGES, "");
}

/** The digits of a number written with blanks, hyphens or a spreadsheet's zero decimals, or the reason why not. */
export function digitsOf(text) {
  const whole = clean(text).replace(/^([0-9]+)\.0+$/, "$1");
  if (!/[0-9]/.test(whole)) throw new Refused("unrecognised");
  if (/[*\u2022\u25cf\u25cb\u00d7]|[xX]{2,}/.test(whole)) throw new Refused("masked");
  if (/^[0-9](\.[0-9]+)?[eE][+]?[0-9]+$/.test(whole)) throw new Refused("scientific");
  if (/[,;/|\\\u3001&]/.test(whole)) throw new Refused("several");
  const digits = whole.replace(/[ \t\r\n\u2010-\u2015\u2212-]/g, "");
  if (/^[0-9]+$/.test(digits)) return digits;
  throw new Refused(/[A-Za-z]/.test(digits) ? "letter" : "unrecognised");
}

/** ISO/IEC 7812-1 annex B over all the digits, the last being the check digit. */
export function luhn(digits) {
  let total = 0;
  [...digits].reverse().forEach((sign, place) => {
    const number = Number(sign) * (place % 2 ? 2 : 1);
    total += number > 9 ? number - 9 : number;
  });
  return total % 10 === 0;
}

/** Text without the given sign at both ends. */
export function stripped(text, sign) {
  let [start, end] = [0, text.length];
  while (start < end && text[start] === sign) start += 1;
  while (end > start && text[end - 1] === sign) end -= 1;
  return text.slice(start, end);
}
