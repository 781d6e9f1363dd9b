"""Names on platforms: account/1 (agent-ad accounts), wechat/1, qq/1, and voice/1 (voiceprint IDs)."""

import re

from privacy.kinds.text import Canonical, Refused, clean

PLATFORMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "douyin": ("[0-9]{5,20}|ms4wljabaaaa[a-z0-9_-]{20,80}", ("抖音", "tiktok-cn")),
    "kuaishou": ("[0-9]{5,20}", ("快手",)),
    "xiaohongshu": ("[0-9a-f]{24}", ("小红书", "xhs", "red")),
    "weibo": ("[0-9]{5,16}", ("微博", "新浪微博")),
    "bilibili": ("[0-9]{1,20}", ("哔哩哔哩", "b站")),
    "zhihu": ("[0-9a-f]{32}", ("知乎",)),
    "xianyu": ("[0-9]{5,20}", ("闲鱼",)),
    "taobao": ("[0-9]{5,20}", ("淘宝",)),
    "pinduoduo": ("[0-9]{5,20}", ("拼多多",)),
    "toutiao": ("[0-9]{5,20}", ("头条", "今日头条")),
    "baijiahao": ("[0-9]{5,20}", ("百家号",)),
    "tieba": ("tb\\.1\\.[a-z0-9._-]{8,64}", ("贴吧", "百度贴吧")),
    "wechat-mp": ("gh_[0-9a-z]{6,20}", ("公众号", "微信公众号")),
    "wechat-channels": ("sph[0-9a-z]{6,40}|v2_[0-9a-z_-]{10,120}", ("视频号", "微信视频号")),
    "58": ("[0-9]{5,20}", ("58同城",)),
    "heimao": ("[0-9]{4,20}", ("黑猫", "黑猫投诉")),
}
"""List 1 of platforms: name -> (pattern of its own identifier, other names). A new platform is a new list."""

_PLATFORM = {alias: name for name, (_, aliases) in PLATFORMS.items() for alias in (name, *aliases)}
_HANDLE = re.compile(r"^[a-z0-9_][a-z0-9._-]{1,63}\Z")
_WECHAT_LABEL = re.compile(r"^(?:微信号|微信|wechat|weixin|wx|vx)[ ]*:[ ]*", re.I | re.A)
_QQ_LABEL = re.compile(r"^(?:qq号码|qq号|qq)[ ]*:[ ]*", re.I | re.A)
_VOICE_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,31}\Z")
_VOICE_CLUSTER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_MASK = re.compile("[*\u2022\u25cf\u25cb\u00d7]")
_SEVERAL = re.compile("[,;/|\u3001&]")


def _one(text: str) -> str:
    """The text folded, if it is a single unmasked value."""
    whole = clean(text)
    if _MASK.search(whole):
        raise Refused("masked")
    if _SEVERAL.search(whole):
        raise Refused("several")
    return whole


def account(text: str) -> Canonical:
    """`platform:uid:<own identifier>` or `platform:handle:<name>`; two parts are read by their shape.

    Raises Refused: platform (not on the closed list), unrecognised, masked, several.
    """
    parts = [part.strip(" ") for part in _one(text).lower().split(":")]
    if len(parts) not in {2, 3} or not all(parts):
        raise Refused("unrecognised")
    platform = _PLATFORM.get(parts[0])
    if platform is None:
        raise Refused("platform")
    given, name = (parts[1] if len(parts) == 3 else None), parts[-1]
    is_uid = re.match(f"^(?:{PLATFORMS[platform][0]})\\Z", name) is not None
    if given == "uid" and is_uid:
        return Canonical(f"{platform}:uid:{name}")
    if given is None and is_uid:
        return Canonical(f"{platform}:uid:{name}", None, ("assumed_uid",))
    handle = name.removeprefix("@")
    if given in {None, "handle"} and _HANDLE.match(handle):
        return Canonical(f"{platform}:handle:{handle}")
    raise Refused("unrecognised")


def wechat(text: str) -> Canonical:
    """A `wxid_...` or a WeChat ID, in lower case. A mobile number is refused: it is a phone."""
    whole = _WECHAT_LABEL.sub("", _one(text)).lower()
    if re.match(r"^(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}\Z", whole):
        raise Refused("phone")
    if re.match(r"^wxid_[a-z0-9]{6,32}\Z|^[a-z][a-z0-9_-]{5,19}\Z", whole):
        return Canonical(whole)
    raise Refused("unrecognised")


def qq(text: str) -> Canonical:
    """A QQ number, 5 to 11 digits, also from its mail address. A mobile number is refused: it is a phone."""
    whole = _QQ_LABEL.sub("", _one(text)).lower().removesuffix("@qq.com")
    digits = re.sub(r"^([0-9]+)\.0+\Z", r"\1", re.sub("[ -]", "", whole))
    if re.match("^1[3-9][0-9]{9}\\Z", digits):
        raise Refused("phone")
    if re.match("^[1-9][0-9]{4,10}\\Z", digits):
        return Canonical(digits)
    if re.match(r"^[0-9](\.[0-9]+)?e[+]?[0-9]+\Z", digits):
        raise Refused("scientific")
    raise Refused("length" if re.match("^[1-9][0-9]*\\Z", digits) else "unrecognised")


def voice(text: str) -> Canonical:
    """`vendor:library:engine-version:cluster`: the first three in lower case, the cluster as it is."""
    parts = [part.strip(" ") for part in _one(text).split(":")]
    if len(parts) != 4:
        raise Refused("library")
    names = [part.lower() for part in parts[:3]]
    if not all(_VOICE_NAME.match(name) for name in names) or not _VOICE_CLUSTER.match(parts[3]):
        raise Refused("library")
    return Canonical(":".join([*names, parts[3]]))
