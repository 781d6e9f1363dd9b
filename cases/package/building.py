"""All documents of a package, from its facts."""

from collections.abc import Sequence

from django.utils.translation import override

from cases.package.facts import EvidenceFile, Facts
from cases.package.papers import report, statement
from cases.package.records import case_records, custody_records, disclosure_records, log_records
from cases.package.script import verify_script
from cases.package.tables import evidence_list, loss_table

README = """案卷包核验说明

1. 在任意离线计算机上（Python 3.8 以上，无需安装其他软件）运行：
       python verify.py 本包.zip --key 联盟另行告知的签名公钥指纹
   或先解压，再运行：python verify.py 解压后的文件夹
   请使用另行取得的 verify.py 或 alliance verify，不要只依赖包内脚本。
2. “校验通过”：每个文件与签名时一致。否则逐项列出不一致的文件及其偏移或记录。
3. report.pdf 案件报告；loss-table.xlsx 损失明细表；evidence-list.xlsx 证据清单；statements/ 各提供单位电子证明文件；
   records/ 案件、保管、披露、审计日志记录；evidence/ 证据文件；values.json 披露原值
   （如有，由接收方加入，以承诺值核对）。
4. 时间：{time}

How to check this package: python verify.py PACKAGE.zip --lang en --key FINGERPRINT
"""


def documents_of(facts: Facts, *, builder: str, key: str, is_stamped: bool) -> dict[str, bytes]:
    """Path to bytes of every file of the package but the evidence, the manifest and its seal."""
    time = "签名已加盖 RFC 3161 时间戳" if is_stamped else "仅完整性校验（integrity only），无可信时间戳"
    found = {
        "README.txt": README.format(time=time).encode(),
        "verify.py": verify_script(),
        "loss-table.xlsx": loss_table(facts),
        "evidence-list.xlsx": evidence_list(facts),
        "records/case.json": case_records(facts),
        "records/custody.json": custody_records(facts),
        "records/disclosures.json": disclosure_records(facts),
        "records/log.json": log_records(facts),
    }
    with override("zh-hans"):
        found["report.pdf"] = report(facts, builder=builder, key=key, is_stamped=is_stamped)
        for number, (provider, files) in enumerate(_by_provider(facts.files).items(), start=1):
            found[f"statements/{number:02d}.pdf"] = statement(facts, provider, files)
    return found


def _by_provider(files: Sequence[EvidenceFile]) -> dict[str, list[EvidenceFile]]:
    found: dict[str, list[EvidenceFile]] = {}
    for file in files:
        found.setdefault(str(file.item["provider"]["name_zh"]), []).append(file)
    return found
