"""Who is in the demo alliance. All names are invented."""

from dataclasses import dataclass

CREDIT = "credit"
AGENCY = "agency"

LIBRARY_YUWEN = "yuwen:alliance-shared:4.1"
LIBRARY_HUIYIN = "huiyin:alliance-shared:2.7"


@dataclass(frozen=True, slots=True)
class Member:
    """A member institution: `code` names it in the plan and its folder; `group` is its owner.

    `library` is the voice library it subscribes to, `weight` its share of the clues, `form` the kind of file its
    systems write.
    """

    code: str
    kind: str
    name_zh: str
    name_en: str
    group: str
    library: str
    weight: int
    form: str
    short: str


@dataclass(frozen=True, slots=True)
class MemberCircle:
    """A circle of the plan with the codes of its members."""

    code: str
    name_zh: str
    name_en: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Station:
    """What the directory of police units says of one: `takes` are regions and the typologies there, none for all."""

    level: str
    region: str
    region_name: str
    phone: str
    takes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Office:
    """An institution that is no member, with the roles of its sign-ins: role -> the mail name of who holds it."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    roles: tuple[tuple[str, str], ...]
    station: Station | None = None


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody whom a plan needs."""

    members: tuple[Member, ...]
    circles: tuple[MemberCircle, ...]
    offices: tuple[Office, ...]

    @property
    def owners(self) -> dict[str, str]:
        """Institution code -> ownership group."""
        return {member.code: member.group for member in self.members}


MEMBERS = (
    Member("jianglan-bank", "bank", "江岚银行", "Jianglan Bank", "江岚集团", LIBRARY_YUWEN, 20, "csv", "JLB"),
    Member(
        "jianglan-cf",
        "consumer_finance",
        "江岚消费金融",
        "Jianglan Consumer Finance",
        "江岚集团",
        LIBRARY_YUWEN,
        9,
        "csv",
        "JLC",
    ),
    Member("shuochuan-bank", "bank", "朔川银行", "Shuochuan Bank", "朔川金控", LIBRARY_HUIYIN, 17, "xlsx", "SCB"),
    Member("muzhou-bank", "bank", "沐州银行", "Muzhou Bank", "沐州国资", LIBRARY_YUWEN, 10, "csv", "MZB"),
    Member("beiyu-bank", "bank", "北屿银行", "Beiyu Bank", "北屿控股", LIBRARY_YUWEN, 8, "jsonl", "BYB"),
    Member(
        "qihe-cf",
        "consumer_finance",
        "启禾消费金融",
        "Qihe Consumer Finance",
        "启禾集团",
        LIBRARY_YUWEN,
        12,
        "jsonl",
        "QHC",
    ),
    Member("chengxu-tech", "fintech", "橙序科技", "Chengxu Technology", "橙序科技", LIBRARY_HUIYIN, 10, "jsonl", "CXT"),
    Member("shiyu-fin", "fintech", "拾屿金服", "Shiyu Fintech", "拾屿网络", LIBRARY_YUWEN, 6, "csv", "SYF"),
    Member("hengyue-life", "insurer", "恒樾人寿", "Hengyue Life", "恒樾保险集团", LIBRARY_YUWEN, 5, "xlsx", "HYL"),
    Member("anche-insurance", "insurer", "安澈财险", "Anche Insurance", "安澈集团", LIBRARY_HUIYIN, 3, "csv", "ACI"),
)
BY_CODE = {member.code: member for member in MEMBERS}

MEMBER_CIRCLES = (
    MemberCircle(
        CREDIT,
        "信贷黑产共享组",
        "Credit fraud circle",
        (
            "jianglan-bank",
            "jianglan-cf",
            "shuochuan-bank",
            "muzhou-bank",
            "beiyu-bank",
            "qihe-cf",
            "chengxu-tech",
            "shiyu-fin",
        ),
    ),
    MemberCircle(
        AGENCY,
        "代理维权共享组",
        "Illegal agents circle",
        ("jianglan-bank", "jianglan-cf", "shuochuan-bank", "qihe-cf", "hengyue-life", "anche-insurance"),
    ),
)
CIRCLES = {circle.code: circle for circle in MEMBER_CIRCLES}

# The prefectures 3399 and 4499 do not exist; their provinces do, so that the reports have somewhere to count.
OFFICES = (
    Office(
        "operator",
        "operator",
        "联盟运营中心",
        "Alliance Operations",
        (("operator_system", "system"), ("operator_security", "security"), ("operator_audit", "audit")),
    ),
    Office(
        "police",
        "police",
        "澜城市公安局经济犯罪侦查支队",
        "Lancheng Economic Crime Unit",
        (("police_officer", "officer"),),
        Station("city", "339900", "澜城市", "96110", (("3399", ()),)),
    ),
    Office(
        "police-jiangwan",
        "police",
        "澜城市公安局江湾分局经济犯罪侦查大队",
        "Lancheng Jiangwan District Economic Crime Unit",
        (("police_officer", "officer"),),
        Station("county", "339902", "澜城市江湾区", "96110", (("339902", ()),)),
    ),
    Office(
        "police-muzhou",
        "police",
        "沐州市公安局经济犯罪侦查支队",
        "Muzhou Economic Crime Unit",
        (("police_officer", "officer"),),
        Station(
            "city",
            "449900",
            "沐州市",
            "96110",
            (("4499", ()), ("44", ("illegal_complaint_agency", "illegal_surrender_agency"))),
        ),
    ),
    Office(
        "hospital", "issuer", "澜城市第一人民医院", "Lancheng First People's Hospital", (("issuer_clerk", "clerk"),)
    ),
    Office("regulator", "regulator", "澜城金融监管局", "Lancheng Financial Regulator", (("regulator", "regulator"),)),
)
MEMBER_ROLES = (("institution_admin", "admin"), ("lead", "lead"), ("analyst", "analyst"))
DEMO = Cast(MEMBERS, MEMBER_CIRCLES, OFFICES)
MAIL_DOMAIN = "demo.example"


def mail(name: str, code: str) -> str:
    """The address of a sign-in; `.example` is reserved (RFC 2606), so no mail can ever reach a stranger."""
    return f"{name}@{code}.{MAIL_DOMAIN}"


def groups_of(codes: frozenset[str] | set[str]) -> set[str]:
    """The ownership groups behind these institutions."""
    return {BY_CODE[code].group for code in codes}


def circles_of(code: str) -> tuple[str, ...]:
    """The circles an institution is in."""
    return tuple(circle.code for circle in MEMBER_CIRCLES if code in circle.members)
