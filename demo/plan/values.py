"""Synthetic values: of the right shape, and nobody's.

Mobiles have prefixes that no carrier has been given; landlines the area code 026, which is in use nowhere; resident
IDs and company codes a region that does not exist; cards a range no bank issues; hosts a reserved name (RFC 2606);
addresses lie in returned 3ffe::/16 (RFC 3701). The canonical form is built here and not taken from `privacy.kinds`,
so that a test can hold one against the other.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from demo.plan.rows import Indicator

MOBILE_PREFIXES = ("154", "160", "161", "163", "164", "168", "169", "179")
LANDLINE_AREA = "026"
REGION = "990199"
CARD_RANGE = "629999"
_HEX = "0123456789abcdef"
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_CNID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SITES = ("shangan", "zhaiyou", "jianzhai", "xiufu", "tuibao", "weiquan", "fawu", "heyi", "anxin", "tiexi")
_PHONE_SPELLINGS: tuple[tuple[int, Callable[[str], str]], ...] = (
    (58, lambda n: n),
    (14, lambda n: f"{n[:3]} {n[3:7]} {n[7:]}"),
    (10, lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}"),
    (7, lambda n: f"+86{n}"),
    (4, lambda n: f"+86 {n[:3]} {n[3:7]} {n[7:]}"),
    (3, lambda n: f"0086{n}"),
    (2, lambda n: n.translate(_FULL_WIDTH)),
    (1, lambda n: f"手机：{n}"),
    (1, lambda n: f" {n}\t"),
)


class Mint:
    """Draws values that were not drawn before, and ways to write them. One random source, so order is all."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._drawn: set[tuple[str, str]] = set()

    def _fresh(self, kind: str, draw: Callable[[], str]) -> str:
        while True:
            value = draw()
            if (kind, value) not in self._drawn:
                self._drawn.add((kind, value))
                return value

    def _signs(self, alphabet: str, count: int) -> str:
        return "".join(self._rng.choices(alphabet, k=count))

    def _digits(self, count: int) -> str:
        return self._signs("0123456789", count)

    def phone(self) -> Indicator:
        """A mobile number of an unassigned prefix."""
        prefix = self._rng.choice(MOBILE_PREFIXES)
        number = self._fresh("phone/1", lambda: prefix + self._digits(8))
        return self.rewrite(Indicator("phone/1", "+86" + number, number))

    def landline(self) -> Indicator:
        """A switchboard in an area code nobody has."""
        number = self._fresh("phone/1", lambda: "8" + self._digits(7))
        return Indicator("phone/1", f"+86{LANDLINE_AREA[1:]}{number}", f"{LANDLINE_AREA}-{number}")

    def voice(self, library: str) -> Indicator:
        """A cluster of a voice library."""
        cluster = self._fresh("voice/1", lambda: f"C{self._digits(7)}")
        value = f"{library}:{cluster}"
        return Indicator("voice/1", value, value)

    def account(self) -> Indicator:
        """An advertising account on one of the platforms."""
        name, platform, draw = self._rng.choice(
            (
                ("抖音", "douyin", lambda: "99" + self._digits(17)),
                ("快手", "kuaishou", lambda: "99" + self._digits(14)),
                ("闲鱼", "xianyu", lambda: "99" + self._digits(13)),
                ("小红书", "xiaohongshu", lambda: "ffff" + self._signs(_HEX, 20)),
            )
        )
        uid = self._fresh("account/1", draw)
        return Indicator("account/1", f"{platform}:uid:{uid}", f"{name}:uid:{uid}")

    def wechat(self) -> Indicator:
        """A WeChat ID as the software gives it out."""
        value = self._fresh("wechat/1", lambda: "wxid_" + self._signs(_LETTERS, 14))
        return Indicator("wechat/1", value, self._rng.choice((value, value, f"微信号：{value}", value.upper())))

    def qq(self) -> Indicator:
        """A QQ number beyond those given out."""
        value = self._fresh("qq/1", lambda: "99" + self._digits(9))
        return Indicator("qq/1", value, self._rng.choice((value, value, f"QQ:{value}", f"{value}@qq.com")))

    def card(self) -> Indicator:
        """A bank card with a valid check digit."""
        value = self._fresh("card/1", lambda: with_luhn(CARD_RANGE + self._digits(12)))
        groups = " ".join(value[at : at + 4] for at in range(0, len(value), 4))
        return Indicator("card/1", value, self._rng.choice((value, groups)))

    def cnid(self) -> Indicator:
        """A resident ID of a region that does not exist."""

        def draw() -> str:
            born = date(1962, 1, 1) + timedelta(days=self._rng.randrange(15_500))
            body = f"{REGION}{born:%Y%m%d}{self._digits(3)}"
            return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _CNID_WEIGHTS, strict=True)) % 11]

        value = self._fresh("cnid/1", draw)
        return Indicator("cnid/1", value, self._rng.choice((value, value.lower())))

    def imei(self) -> Indicator:
        """A device; the check digit is written and is no part of the key."""
        value = self._fresh("imei/1", lambda: "99" + self._digits(12))
        return Indicator("imei/1", value, with_luhn(value))

    def oaid(self) -> Indicator:
        """An advertising device ID."""
        value = self._fresh("oaid/1", lambda: self._signs(_HEX, 32))
        hyphened = "-".join((value[:8], value[8:12], value[12:16], value[16:20], value[20:]))
        return Indicator("oaid/1", value, self._rng.choice((value, value.upper(), hyphened)))

    def ip(self) -> Indicator:
        """An IPv6 address of a block that was handed back."""

        def draw() -> str:
            return ":".join(("3ffe", *(f"{self._rng.randrange(0x1000, 0x10000):x}" for _ in range(7))))

        value = self._fresh("ip/1", draw)
        return Indicator("ip/1", value, self._rng.choice((value, value.upper())))

    def domain(self) -> Indicator:
        """A site under a reserved name."""
        value = self._fresh("domain/1", lambda: f"{self._rng.choice(_SITES)}{self._digits(4)}.example")
        written = (value, f"www.{value}", f"https://www.{value}/index.html?from=dy", f"{value.upper()}/")
        return Indicator("domain/1", value, self._rng.choice(written))

    def company(self) -> Indicator:
        """A company registered nowhere."""

        def draw() -> str:
            body = "91" + REGION + self._signs(_USCC_SIGNS, 9)
            total = sum(_USCC_SIGNS.index(s) * w for s, w in zip(body, _USCC_WEIGHTS, strict=True))
            return body + _USCC_SIGNS[(31 - total % 31) % 31]

        value = self._fresh("uscc/1", draw)
        return Indicator("uscc/1", value, self._rng.choice((value, value.lower())))

    def rewrite(self, one: Indicator) -> Indicator:
        """The same value as another person would write it; only mobiles have many spellings."""
        if not one.canonical.startswith("+861"):
            return one
        weights = [weight for weight, _ in _PHONE_SPELLINGS]
        _, spell = self._rng.choices(_PHONE_SPELLINGS, weights)[0]
        return Indicator(one.kind, one.canonical, spell(one.canonical.removeprefix("+86")))


def with_luhn(body: str) -> str:
    """The digits with their check digit (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        number = int(sign) * (1 if place % 2 else 2)
        total += number - 9 if number > 9 else number
    return body + str(-total % 10)
