"""What can go wrong, as types: each has a stable code, an exit code of the command and a text in two languages."""

from collections.abc import Mapping
from typing import Any, ClassVar

TEXTS: Mapping[str, tuple[str, str]] = {
    "not_initialised": (
        "There is no configuration in {home}; run `alliance init` first.",
        "{home} 中没有配置，请先运行 `alliance init`。",
    ),
    "file_mode": (
        "{path} can be read by others; run `chmod 600 {path}`.",
        "{path} 可被其他用户读取，请运行 `chmod 600 {path}`。",
    ),
    "damaged": ("{path} is damaged: {reason}.", "{path} 已损坏：{reason}。"),
    "no_credential": (
        "There is no credential; pass --credential-file or set ALLIANCE_CREDENTIAL.",
        "缺少接口凭证，请使用 --credential-file 或设置 ALLIANCE_CREDENTIAL。",
    ),
    "plain_http": (
        "{url} is not https; plain http is accepted for this machine only.",
        "{url} 不是 https 地址，只有本机允许使用 http。",
    ),
    "credential": ("The credential is refused: {detail}", "接口凭证被拒绝：{detail}"),
    "forbidden": ("Not allowed: {detail}", "没有权限：{detail}"),
    "no_reference": (
        "“{reference}” is no reference; one looks like 3f2a9c10-5d1e-4b7a-9c3f-1e2d3c4b5a69.",
        "“{reference}”不是编号，编号形如 3f2a9c10-5d1e-4b7a-9c3f-1e2d3c4b5a69。",
    ),
    "not_found": ("The platform knows nothing under that reference.", "平台上没有该编号对应的内容。"),
    "refused": ("The platform refuses the request: {detail}", "平台拒绝了该请求：{detail}"),
    "replay": (
        "The idempotency key was used before with another body: {detail}",
        "该幂等键此前已用于另一份内容：{detail}",
    ),
    "unreachable": ("{url} does not answer: {reason}", "无法连接 {url}：{reason}"),
    "unavailable": ("The platform is temporarily unavailable: {detail}", "平台暂时不可用：{detail}"),
    "not_the_platform": (
        "{url} answers with something that is not Alliance's interface.",
        "{url} 的应答不是本平台的接口格式。",
    ),
    "fingerprint": (
        # The platform's own fingerprint is not shown: copied from here it would pin whatever the platform says.
        "The platform's ceremony does not have the fingerprint {wanted}. Do not go on: ask the custodians.",
        "平台的密钥仪式指纹不是 {wanted}。请停止操作并向密钥托管方核实。",
    ),
    "ceremony": ("The ceremony's transcript does not hold: {reason}", "密钥仪式记录不成立：{reason}"),
    "one_custodian": (
        "The key needs only {t} custodian; at least 2 distinct ones are demanded.",
        "该密钥只需 {t} 个托管方即可使用，至少应为 2 个不同的托管方。",
    ),
    "key_changed": (
        "The platform now uses epoch {epoch}, generation {generation}. Get the new fingerprint from the custodians, "
        "then run `alliance ceremony --fingerprint ...`.",
        "平台现使用密钥期 {epoch}、份额代 {generation}。请向托管方索取新指纹，"
        "再运行 `alliance ceremony --fingerprint ...`。",
    ),
    "warning_lists": (
        "The warning lists of the platform cannot be read: {reason}.",
        "平台的警示名单无法读取：{reason}。",
    ),
    "list_signature": (
        "The warning list {code_of_list} is not signed with the alliance's key that was pinned here. Do not go on: ask "
        "the alliance. If its key was changed, pin the new one: `alliance ceremony --alliance-key ...`.",
        "警示名单 {code_of_list} 的签名与本机固定的联盟公钥不符。请停止操作并向联盟核实；如联盟已更换公钥，"
        "请运行 `alliance ceremony --alliance-key ...` 重新固定。",
    ),
    "alliance_key": (
        "The platform's lists are not signed with the alliance key {wanted}. Do not go on: ask the alliance.",
        "平台名单的签名公钥不是 {wanted}。请停止操作并向联盟核实。",
    ),
    "list_columns": (
        "{path} lacks the columns {missing}: a list has kind, value and label (类型, 要素值, 说明).",
        "{path} 缺少列 {missing}：名单应有 类型、要素值、说明 三列。",
    ),
    "list_row": ("{path}, row {row}: {why}", "{path} 第 {row} 行：{why}"),
    "list_size": ("{path} is too large for a list.", "{path} 过大，不是名单文件。"),
    "list_text": (
        "{path} is no text in UTF-8 or GB18030; save it as csv.",
        "{path} 不是 UTF-8 或 GB18030 文本，请另存为 csv。",
    ),
    "proof": (
        "Custodian {custodian} gave a wrong proof: it lies or its share is damaged. Nothing was revealed. Tell the "
        "alliance its number.",
        "托管方 {custodian} 的证明不成立：其作假或份额已损坏。未泄露任何信息，请将其编号告知联盟。",
    ),
    "answer": ("The answer is not for the question asked: {reason}", "应答与请求不符：{reason}"),
    "custodians": (
        "Custodians {failed} do not answer; {t} of {n} are needed. What was evaluated is kept: run the command again "
        "later.",
        "托管方 {failed} 没有应答，需要 {n} 个中的 {t} 个。已完成的部分已保留，请稍后重新运行。",
    ),
    "custodian_refused": (
        "The custodians refuse the request ({reasons}). If one says stale, this machine's clock is wrong.",
        "托管方拒绝了该请求（{reasons}）。若原因为 stale，请校准本机时钟。",
    ),
    "quota": (
        "The evaluation quota is used up: {detail} Ask for a declared budget: `alliance budgets request`.",
        "盲求值配额已用完：{detail}请申请申报额度：`alliance budgets request`。",
    ),
    "budget_exhausted": (
        "The declared budget is used up: {detail} What was evaluated is kept: get another budget and run the command "
        "again.",
        "申报额度已用完：{detail}已完成的部分已保留，取得新额度后重新运行即可继续。",
    ),
    "budget_unknown": ("There is no granted budget {budget}.", "没有已批准的申报额度 {budget}。"),
    "file_missing": ("{path} does not exist.", "{path} 不存在。"),
    "file_kind": (
        "{path} is none of csv, jsonl and xlsx: name it so, or save it as one of them.",
        "{path} 不是 csv、jsonl 或 xlsx 文件，请另存为其中一种。",
    ),
    "file_changed": ("{path} changed while it was read.", "{path} 在读取过程中发生了变化。"),
    "not_text": ("{path} is not a text table: its beginning is binary.", "{path} 不是文本表格：文件开头为二进制内容。"),
    "not_utf8": (
        "Row {row} of {path} is not {encoding}. Save it as “CSV UTF-8”, or pass --encoding gb18030.",
        "{path} 第 {row} 行不是 {encoding} 编码。请另存为“CSV UTF-8（逗号分隔）”，或使用 --encoding gb18030。",
    ),
    "long_line": ("Row {row} of {path} is longer than {limit} bytes.", "{path} 第 {row} 行超过 {limit} 字节。"),
    "csv": ("Row {row} of {path} cannot be read as csv: {reason}.", "{path} 第 {row} 行无法按 csv 读取：{reason}。"),
    "no_rows": ("{path} has no header row.", "{path} 没有表头。"),
    "columns": (
        "{path} has no column of indicators. Known heads: {known}. `alliance template FILE.xlsx` writes a template.",
        "{path} 中没有要素列。可识别的列名：{known}。`alliance template FILE.xlsx` 可生成模板。",
    ),
    "unknown_column": (
        "The column “{head}” of {path} is unknown. Rename it, or pass --ignore-column “{head}”.",
        "{path} 中的列“{head}”无法识别。请改名，或使用 --ignore-column “{head}”。",
    ),
    "double_column": ("The column “{head}” of {path} is there twice.", "{path} 中的列“{head}”重复。"),
    "many_columns": ("{path} has more than {limit} columns.", "{path} 超过 {limit} 列。"),
    "workbook": ("{path} is not a sound workbook: {reason}.", "{path} 不是完好的工作簿：{reason}。"),
    "workbook_size": (
        "{path} unpacks to {size} MB; at most {limit} MB are read. Save the sheet as CSV.",
        "{path} 解压后有 {size} MB，最多读取 {limit} MB。请将工作表另存为 CSV。",
    ),
    "workbook_limits": (
        "{path} needs more memory or time than a workbook may ({reason}). Save the sheet as CSV.",
        "{path} 所需内存或时间超出限制（{reason}）。请将工作表另存为 CSV。",
    ),
    "state": ("The state in {path} cannot be used: {reason}.", "{path} 中的状态无法使用：{reason}。"),
    "busy": ("Another `alliance submit` works on {path}.", "另一个 `alliance submit` 正在处理 {path}。"),
    "exists": ("{path} exists already.", "{path} 已存在。"),
    "no_folder": ("There is no folder {path}: make it first.", "文件夹 {path} 不存在，请先创建。"),
    "not_writable": ("Nothing can be written to the folder {path}.", "无法写入文件夹 {path}。"),
    "key_missing": ("There is no key in {path}.", "{path} 中没有密钥。"),
    "seal": (
        "What is sealed in {place} {ref} does not open: it was changed, or was sealed to another key or row.",
        "{place} {ref} 的密文无法打开：内容被改动，或并非加密给此密钥、此条目。",
    ),
    "committed": (
        "The value of disclosure {ref} does not fit the commitment it came with, or is of another kind. It is not "
        "shown; tell the institution that gave it.",
        "披露 {ref} 的明文与其承诺值或类型不符，不予显示。请告知提供方。",
    ),
    "nothing_to_show": (
        "There is no value to show: it was not given yet, or it is over.",
        "没有可查看的明文：尚未提供，或已结束。",
    ),
    "not_sealed_to_us": (
        "It was encrypted to other keys than those in {path}: ask a colleague who holds one of them, or run "
        "`alliance keys import`.",
        "{path} 中的密钥均非其加密对象：请由持有相应密钥的同事打开，或运行 `alliance keys import`。",
    ),
    "nothing_to_propose": (
        "Nothing can be proposed there: it is decided, it was not asked of you, or who asked has no public key.",
        "无法提供：该项已有决定、并非向本机构索取，或索取方尚无公钥。",
    ),
    "public_key": (
        "The directory's key does not have the fingerprint {fingerprint}. Do not go on: ask the alliance.",
        "公钥目录中的公钥与指纹 {fingerprint} 不符。请停止操作并向联盟核实。",
    ),
    "unreadable": ("{path} cannot be read: {reason}.", "{path} 无法读取：{reason}。"),
    "evidence_changed": (
        "The file changed while it was encrypted. Run the command again; its upload begins anew.",
        "文件在加密过程中被改动，请重新运行命令，上传将重新开始。",
    ),
    "evidence_refused": (
        "What arrived was not what was sent; the platform kept nothing of it. Upload the file again.",
        "平台收到的内容与发送的不一致，未予保管。请重新上传。",
    ),
    "case_key_waiting": (
        "The keys held here wait for access to case {case}: whoever can open its evidence gives it, in the portal or "
        "with `alliance keys give`.",
        "本机密钥尚未获得案件 {case} 的访问权：请能够打开其证据的一方在门户或用 `alliance keys give` 授予。",
    ),
    "no_own_key": (
        "No key held here is in the directory: run `alliance keys make` and publish it, or `alliance keys import`.",
        "本机密钥均不在公钥目录中：请运行 `alliance keys make` 并公布，或运行 `alliance keys import`。",
    ),
    "recovery_file": ("{path} is not a recovery file: {reason}.", "{path} 不是密钥恢复文件：{reason}。"),
    "passphrase": (
        "The passphrase does not open {path}, or the file was changed.",
        "口令无法打开 {path}，或文件已被改动。",
    ),
    "short_passphrase": ("The passphrase needs 12 characters.", "口令至少 12 个字符。"),
}


class AllianceError(Exception):
    """The family of all errors of the client. `code` is stable; `facts` fill the text and stand in `--json`."""

    exit_code: ClassVar[int] = 1

    def __init__(self, text: str, *, code: str = "", **facts: Any) -> None:
        self.text = text
        self.code = code or text
        self.facts = facts
        super().__init__(self.say("en"))

    def say(self, language: str) -> str:
        """The message in "en" or "zh"."""
        return TEXTS[self.text][language == "zh"].format_map(self.facts)


class ConfigError(AllianceError):
    """The local configuration, a key file or an argument cannot be used."""

    exit_code = 3


class CredentialRefused(AllianceError):
    """The credential is unknown, expired or revoked."""

    exit_code = 4


class NotAllowed(AllianceError):
    """The credential is good but may not do this."""

    exit_code = 5


class NotFound(AllianceError):
    """Absent, or not ours."""

    exit_code = 5


class TrustError(AllianceError):
    """The ceremony, a proof or an answer does not hold. Nothing was unblinded."""

    exit_code = 6


class QuotaExhausted(AllianceError):
    """A quota or a declared budget is used up; `facts` may hold `retry_after` in seconds."""

    exit_code = 7


class CustodiansUnavailable(AllianceError):
    """Fewer custodians answer than the key needs; `facts["failed"]` names them."""

    exit_code = 8


class Unreachable(AllianceError):
    """The platform does not answer, or answers that it cannot now."""

    exit_code = 9


class RequestRefused(AllianceError):
    """The platform refuses the request as such: malformed, contradicting an earlier one, or out of order."""

    exit_code = 10


class FileRefused(AllianceError):
    """The file as a whole cannot be read; no row of it was submitted."""

    exit_code = 11


ROWS_REFUSED = 12
"""The exit code of a command that finished although some rows were refused."""
INTERRUPTED = 130
