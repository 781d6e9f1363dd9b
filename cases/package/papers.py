"""The PDFs of a package: the case report, and each provider's statement (电子证明文件). Typeset by typst from data.

What people wrote reaches typst as JSON only and is never source, so no text of a case can run there. No system font and
no clock is used: the same facts give the same bytes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from cases.models import Case, Disclosure, Evidence, EvidenceRequest
from cases.package.facts import EvidenceFile, Facts, kind_of
from cases.package.words import day, grouped, moment, yuan
from cases.queries.police import Proceeding
from cases.regions import region_name
from cases.sealing import unseal
from intel.typologies import TYPOLOGIES
from kit.actor import Actor

SOURCES = Path(__file__).parent / "typst"
INTEGRITY_ONLY = "仅完整性校验：未配置可信时间戳机构，生成时间由平台记录，不构成可信时间戳。"
STAMPED = "案卷包签名已由时间戳机构加盖 RFC 3161 时间戳，见 timestamp.tst。"
VERIFICATION = (
    "案卷包不依赖平台即可核验：在任意离线计算机上运行包内 verify.py（仅需 Python 3.8 以上），"
    "或使用成员端命令 alliance verify。请先通过其他渠道核对签名公钥指纹。"
)
UNSEALED_LOG = "审计日志尚未封存，所附日志条目不含包含性证明。"


def report(facts: Facts, *, builder: str, key: str, is_stamped: bool) -> bytes:
    """The case report as a PDF, for the unit that builds the package to set its seal to. `key` is the signer's
    fingerprint. To be called with Chinese active."""
    case = facts.case
    return typeset(
        "report.typ",
        {
            "case": str(case.ref),
            "package": str(facts.package),
            "title": unseal(case.title, "case/title", case.ref),
            "summary": [line for line in unseal(case.summary, "case/summary", case.ref).splitlines() if line.strip()],
            "typology": TYPOLOGIES[case.typology].name_zh if case.typology in TYPOLOGIES else case.typology,
            "lead": case.lead.name_zh,
            "opened": moment(case.opened_at),
            "state": _state(case),
            "built": moment(facts.built_at),
            "builder": builder,
            "scope": f"{builder}可见范围" + ("（含公安机关未公开事项）" if facts.of_police else ""),
            "places": [f"{one.get_tie_display()} {region_name(one.region)}" for one in facts.places],
            "participants": _participants(facts),
            "collisions": [
                [str(number), kind_of(one), str(one.ref), day(one.added_at)]
                for number, one in enumerate(facts.collisions, start=1)
            ],
            **_disclosures(facts),
            "evidence": evidence(facts.files),
            "proceedings": [_proceeding(one, facts) for one in facts.proceedings],
            "requests": _requests(facts),
            "customers": _customers(facts),
            "verification": VERIFICATION,
            "proofs": [
                ["签名公钥指纹", grouped(key)],
                ["签名算法", "Ed25519（RFC 8032）；逐文件 SHA-256 与 SM3"],
                ["时间证明", STAMPED if is_stamped else INTEGRITY_ONLY],
                ["审计日志", UNSEALED_LOG],
            ],
        },
        facts,
    )


def statement(facts: Facts, provider: str, files: Sequence[EvidenceFile]) -> bytes:
    """A provider's statement on the evidence it gave. To be called with Chinese active."""
    data = {"case": str(facts.case.ref), "provider": provider, "evidence": evidence(files)}
    return typeset("statement.typ", data, facts)


def evidence(files: Iterable[EvidenceFile]) -> list[dict[str, Any]]:
    """What both documents say of each file."""
    return [
        {
            "heading": f"证据 {one.number}　{one.item['title']}（第 {one.version['number']} 版）",
            "pairs": [
                ["种类", str(Evidence.Kind(one.item["kind"]).label)],
                ["提供单位", one.item["provider"]["name_zh"]],
                ["来源及取得方式", one.item["source"] or "未填写"],
                ["取得日期", day(one.item["acquired_on"]) or "未填写"],
                *([["调取文书号", one.item["request"]]] if one.item["request"] else []),
                ["原文件名", one.version["name"]],
                ["包内文件", f"{one.path}（{one.version['size']:,} 字节）"],
                ["SHA-256", grouped(one.version["source_sha256"])],
                ["SM3", grouped(one.version["source_sm3"])],
                ["平台接收", moment(one.version["kept_at"])],
                ["保管记录", f"共 {len(one.item['custody'])} 条，链接完整" + _marks(one.item)],
            ],
        }
        for one in files
    ]


def typeset(source: str, data: Mapping[str, Any], facts: Facts) -> bytes:
    """A PDF of one of SOURCES. Raises typst.TypstError for a fault of ours."""
    made: bytes = typst.compile(
        str(SOURCES / source),
        root=str(SOURCES),
        font_paths=[_fonts()],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(facts.built_at.timestamp()),
    )
    return made


@cache
def _fonts() -> str:
    return str(pylopdf_fonts_zh_cn.serif_path().parent)


def name_of(actor: Actor, facts: Facts) -> str:
    """The Chinese name of the actor's institution in the case."""
    return next(one.institution.name_zh for one in facts.participants if one.institution_id == actor.institution)


def _state(case: Case) -> str:
    if case.state == Case.State.OPEN:
        return "进行中"
    return f"已结束（{case.get_close_reason_display()}，{day(case.closed_at)}）"


def _participants(facts: Facts) -> list[list[str]]:
    def role(one: Any) -> str:
        if one.is_police:
            return "公安机关"
        return "牵头单位" if one.institution_id == facts.case.lead_id else "成员单位"

    return [
        [
            one.institution.name_zh,
            role(one),
            one.instrument or "—",
            day(one.joined_at) + " 起" + (f"\n{day(one.left_at)} 止" if one.left_at else ""),
        ]
        for one in facts.participants
    ]


def _disclosures(facts: Facts) -> dict[str, Any]:
    rows, commitments = [], []
    for number, one in enumerate(facts.disclosures, start=1):
        basis = str(Disclosure.Basis(one.basis).label) + (f"\n{one.basis_reference}" if one.basis_reference else "")
        state = str(Disclosure.State(one.state).label)
        rows.append([str(number), kind_of(one.collision), one.asker.name_zh, one.holder.name_zh, basis, state])
        if one.commitment:
            commitments.append({"number": number, "commitment": grouped(bytes(one.commitment).hex())})
    return {"disclosures": rows, "commitments": commitments}


def _proceeding(one: Proceeding, facts: Facts) -> dict[str, Any]:
    outcome = one.outcome
    amounts = () if outcome is None else (outcome.amount, outcome.frozen, outcome.refunded)
    names = ("涉案金额（元）", "冻结金额（元）", "返还金额（元）")
    pairs = [[name, yuan(amount)] for name, amount in zip(names, amounts, strict=False)]
    if outcome is not None:
        pairs = [["处理人数", f"{outcome.persons}（截至{day(outcome.as_of)}）"], *pairs]
        pairs.append(["获返还被害人", str(outcome.victims_refunded)])
    return {
        "name": one.unit + (f"（{one.branch}）" if one.branch else ""),
        "steps": [
            [
                day(step.on),
                step.label + ("（已更正）" if step.corrected else ""),
                step.document or "—",
                day(step.due_on),
            ]
            for step in one.steps
        ],
        "measures": [[f"人员 {row.person}", row.kind, row.document, day(row.on)] for row in one.measures],
        "measures_note": "强制措施等" + ("（含未公开事项，仅限公安机关）" if facts.of_police else "（已公开部分）"),
        "outcome": pairs,
    }


def _requests(facts: Facts) -> list[list[str]]:
    return [
        [
            f"{one.request.participant.institution.name_zh} → {one.request.to.name_zh}",
            one.request.document,
            day(one.request.due_on),
            str(EvidenceRequest.State(one.request.state).label),
        ]
        for one in facts.requests
    ]


def _customers(facts: Facts) -> list[list[str]]:
    if not facts.customers:
        return []
    rows = [
        [
            *(f"客户 {one.number}", one.institution, yuan(one.fee_lost), yuan(one.fee_refunded)),
            *(yuan(one.interest_relief), one.redress_label),
        ]
        for one in facts.customers
    ]
    sums = facts.sums
    amounts = [yuan(sums.fee_lost), yuan(sums.fee_refunded), yuan(sums.interest_relief)]
    return [*rows, ["合计", f"{sums.customers} 人", *amounts, f"完成 {sums.redressed} 人"]]


def _marks(item: Mapping[str, Any]) -> str:
    sealed = f"；{moment(item['sealed_at'])}封存" if item["sealed_at"] else ""
    hold = item["hold"]
    return sealed + (f"；法律保全至{day(hold['until'])}（{hold['instrument']}）" if hold else "")
