/** Names on platforms: account/1, wechat/1, qq/1, voice/1. Twin of privacy/kinds/accounts.py. */

import { Refused, canonical, clean, stripped } from "./text.js";

/** List 1 of platforms: name -> [pattern of its own identifier, other names]. A new platform is a new list. */
const PLATFORMS = Object.freeze({
  douyin: ["[0-9]{5,20}|ms4wljabaaaa[a-z0-9_-]{20,80}", ["抖音", "tiktok-cn"]],
  kuaishou: ["[0-9]{5,20}", ["快手"]],
  xiaohongshu: ["[0-9a-f]{24}", ["小红书", "xhs", "red"]],
  weibo: ["[0-9]{5,16}", ["微博", "新浪微博"]],
  bilibili: ["[0-9]{1,20}", ["哔哩哔哩", "b站"]],
  zhihu: ["[0-9a-f]{32}", ["知乎"]],
  xianyu: ["[0-9]{5,20}", ["闲鱼"]],
  taobao: ["[0-9]{5,20}", ["淘宝"]],
  pinduoduo: ["[0-9]{5,20}", ["拼多多"]],
  toutiao: ["[0-9]{5,20}", ["头条", "今日头条"]],
  baijiahao: ["[0-9]{5,20}", ["百家号"]],
  tieba: ["tb\\.1\\.[a-z0-9._-]{8,64}", ["贴吧", "百度贴吧"]],
  "wechat-mp": ["gh_[0-9a-z]{6,20}", ["公众号", "微信公众号"]],
  "wechat-channels": ["sph[0-9a-z]{6,40}|v2_[0-9a-z_-]{10,120}", ["视频号", "微信视频号"]],
  "58": ["[0-9]{5,20}", ["58同城"]],
  heimao: ["[0-9]{4,20}", ["黑猫", "黑猫投诉"]],
});

const PLATFORM = new Map(
  Object.entries(PLATFORMS).flatMap(([name, [, aliases]]) => [name, ...aliases].map((alias) => [alias, name])),
);
const HANDLE = /^[a-z0-9_][a-z0-9._-]{1,63}$/;
const WECHAT_LABEL = /^(?:微信号|微信|wechat|weixin|wx|vx)[ ]*:[ ]*/i;
const QQ_LABEL = /^(?:qq号码|qq号|qq)[ ]*:[ ]*/i;
const VOICE_NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const VOICE_CLUSTER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The text folded, if it is a single unmasked value. */
function one(text) {
  const whole = clean(text);
  if (/[*\u2022\u25cf\u25cb\u00d7]/.test(whole)) throw new Refused("masked");
  if (/[,;/|\u3001&]/.test(whole)) throw new Refused("several");
  return whole;
}

/** `platform:uid:<own identifier>` or `platform:handle:<name>`; two parts are read by their shape. */
export function account(text) {
  const parts = one(text).toLowerCase().split(":").map((part) => stripped(part, " "));
  if (![2, 3].includes(parts.length) || parts.includes("")) throw new Refused("unrecognised");
  const platform = PLATFORM.get(parts[0]);
  if (platform === undefined) throw new Refused("platform");
  const given = parts.length === 3 ? parts[1] : null;
  const name = parts.at(-1);
  const isUid = new RegExp(`^(?:${PLATFORMS[platform][0]})$`).test(name);
  if (given === "uid" && isUid) return canonical(`${platform}:uid:${name}`);
  if (given === null && isUid) return canonical(`${platform}:uid:${name}`, null, ["assumed_uid"]);
  const handle = name.replace(/^@/, "");
  if ((given === null || given === "handle") && HANDLE.test(handle)) return canonical(`${platform}:handle:${handle}`);
  throw new Refused("unrecognised");
}

/** A `wxid_...` or a WeChat ID, in lower case. A mobile number is refused: it is a phone. */
export function wechat(text) {
  const whole = one(text).replace(WECHAT_LABEL, "").toLowerCase();
  if (/^(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}$/.test(whole)) throw new Refused("phone");
  if (/^wxid_[a-z0-9]{6,32}$|^[a-z][a-z0-9_-]{5,19}$/.test(whole)) return canonical(whole);
  throw new Refused("unrecognised");
}

/** A QQ number, 5 to 11 digits, also from its mail address. A mobile number is refused: it is a phone. */
export function qq(text) {
  const whole = one(text).replace(QQ_LABEL, "").toLowerCase().replace(/@qq\.com$/, "");
  const digits = whole.replace(/[ -]/g, "").replace(/^([0-9]+)\.0+$/, "$1");
  if (/^1[3-9][0-9]{9}$/.test(digits)) throw new Refused("phone");
  if (/^[1-9][0-9]{4,10}$/.test(digits)) return canonical(digits);
  if (/^[0-9](\.[0-9]+)?e[+]?[0-9]+$/.test(digits)) throw new Refused("scientific");
  throw new Refused(/^[1-9][0-9]*$/.test(digits) ? "length" : "unrecognised");
}

/** `vendor:library:engine-version:cluster`: the first three in lower case, the cluster as it is. */
export function voice(text) {
  const parts = one(text).split(":").map((part) => stripped(part, " "));
  if (parts.length !== 4) throw new Refused("library");
  const names = parts.slice(0, 3).map((part) => part.toLowerCase());
  if (!names.every((name) => VOICE_NAME.test(name)) || !VOICE_CLUSTER.test(parts[3])) throw new Refused("library");
  return canonical([...names, parts[3]].join(":"));
}
