"""`alliance keys`: keys that values and case keys are sealed to."""

import os
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from alliance_client.config import check_target, default_home, write_private
from alliance_client.errors import ConfigError
from alliance_client.joint import keys, words
from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance
from privacy import hpke, recovery
from privacy.encoding import Malformed
from privacy.envelope import SealError

app = typer.Typer(
    help="收件密钥：生成、公布、撤销、恢复、授予 / Keys that values and cases are sealed to",
    no_args_is_help=True,
    add_completion=False,
)
PASSPHRASE = "ALLIANCE_PASSPHRASE"  # noqa: S105 - the name of the variable
RecoveryTo = Annotated[Path, typer.Option("--recovery", "-o", help="恢复文件写到何处 / where the recovery file goes")]
Fingerprint = Annotated[str, typer.Argument(help="指纹或其开头 / a fingerprint or its beginning")]


class End(StrEnum):
    """Why a key ends."""

    ROTATED = "rotated"
    LOST = "lost"
    COMPROMISED = "compromised"


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="名称，如“业务系统” / what it is recognised by")],
    path: RecoveryTo,
    publish: Annotated[bool, typer.Option(help="同时公布到目录 / also publish it")] = True,
    replaces: Annotated[str | None, typer.Option(help="接替的公钥编号 / reference of the key it replaces")] = None,
    as_json: Json = False,
) -> None:
    """生成密钥及恢复文件 / Make a key: the private half stays here, the recovery file goes where you say."""
    output = Output(as_json)
    check_target(path)
    with ExitStack() as opened:
        alliance = opened.enter_context(Alliance.load(language=output.language)) if publish else None
        if alliance is not None:
            keys.directory(alliance)  # it answers, and to us: before there is a key that nobody knows of
        private, _public = hpke.generate()
        write_private(path, _recovery(private, _new_passphrase(output)))
        mark = keys.keep(default_home(), private)
        found: dict[str, Any] = {"fingerprint": mark, "recovery": str(path), "published": False}
        if alliance is not None:
            found |= {**keys.publish(alliance, mark, name=name, replaces=replaces), "published": True}
    said = output.text("Compare the fingerprint by telephone before others trust it.", "请通过电话与对方核对指纹。")
    output.result(found, [f"{output.text('fingerprint', '指纹')}: {mark}", f"{path}", said])


@app.command()
def publish(
    fingerprint: Fingerprint,
    name: Annotated[str, typer.Option(help="名称 / what it is recognised by")],
    replaces: Annotated[str | None, typer.Option(help="接替的公钥编号 / reference of the key it replaces")] = None,
    as_json: Json = False,
) -> None:
    """公布本机密钥的公钥 / Publish the public half of a key held here as the institution's."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = keys.publish(alliance, fingerprint, name=name, replaces=replaces)
    output.result(found, [_table([found], set(), output)])


@app.command("list")
def listed(
    every: Annotated[bool, typer.Option("--all", help="包括已撤销的 / also revoked ones")] = False,
    as_json: Json = False,
) -> None:
    """公钥目录 / The directory, and which of the keys are held here."""
    output = Output(as_json)
    with Alliance.load(language=output.language) as alliance:
        found = [one for one in keys.directory(alliance) if every or not one["revoked_at"]]
    here = set(keys.held(default_home()))
    rows = [{**one, "here": one["fingerprint"] in here} for one in found]
    output.result(rows, [_table(rows, here, output)])


@app.command()
def revoke(
    reference: Annotated[str, typer.Argument(help="公钥编号 / a key's reference")],
    why: Annotated[End, typer.Option(help="原因 / why it ends")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问 / do not ask")] = False,
    as_json: Json = False,
) -> None:
    """撤销公钥，不可恢复 / Revoke a key. It never comes back, and its access to cases ends."""
    output = Output(as_json)
    if not yes:
        typer.confirm(output.text("Revoke this key for good?", "确定永久撤销该公钥？"), abort=True, err=True)
    with Alliance.load(language=output.language) as alliance:
        keys.revoke(alliance, reference, end=why.value)
    output.result({"reference": reference, "end": why.value}, [output.text("Revoked.", "已撤销。")])


@app.command("import")
def read_in(path: Annotated[Path, typer.Argument(help="恢复文件 / a recovery file")], as_json: Json = False) -> None:
    """由恢复文件取回密钥 / Read a recovery file: the key is held here from then on."""
    output = Output(as_json)
    if not path.is_file():
        raise ConfigError("file_missing", path=path)
    text = path.read_text(encoding="utf-8", errors="replace")[:10_000]
    try:
        recovery.public_in(text)
        private = recovery.read(text, _passphrase(output))
    except Malformed as error:
        raise ConfigError("recovery_file", path=path, reason=str(error)) from error
    except SealError as error:
        raise ConfigError("passphrase", path=path) from error
    mark = keys.keep(default_home(), private)
    output.result({"fingerprint": mark}, [f"{output.text('held here now', '已存入本机')}: {mark}"])


@app.command()
def recover(fingerprint: Fingerprint, path: RecoveryTo, as_json: Json = False) -> None:
    """为本机密钥另写恢复文件 / Write another recovery file of a key held here."""
    output = Output(as_json)
    check_target(path)
    private = keys.private_of(default_home(), fingerprint)
    write_private(path, _recovery(private, _new_passphrase(output)))
    mark = hpke.fingerprint(hpke.public_of(private))
    output.result({"fingerprint": mark, "recovery": str(path)}, [f"{mark}: {path}"])


@app.command()
def give(
    cases: Annotated[list[str] | None, typer.Argument(help="案件编号 / references of cases")] = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="本机构密钥等待的全部案件 / all cases your keys wait in")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问 / do not ask")] = False,
    as_json: Json = False,
) -> None:
    """授予案件密钥 / Give a case's key, as far as it is held here, to the participants' keys that wait for it."""
    output = Output(as_json)
    given: list[dict[str, str]] = []
    closed: list[str] = []
    declined = 0
    with Alliance.load(language=output.language) as alliance:
        if not keys.held(alliance.config.home):
            raise ConfigError("no_own_key")
        for case in [*(cases or []), *(keys.waiting_cases(alliance) if waiting else [])]:
            waiting_here, chosen = _chosen(alliance, case, output, yes=yes or as_json)
            declined += waiting_here - len(chosen)
            taken = keys.give_access(alliance, case, chosen) if chosen else []
            closed += [case] if chosen and not taken else []
            for one in taken:
                given.append({"case": case, "fingerprint": one.fingerprint, "institution": one.institution_name})
    if closed and not given:  # keys wait, but nothing held here opens what they wait for
        raise ConfigError("case_key_waiting", case=closed[0])
    lines = [f"{one['case']}: {one['institution']} {one['fingerprint']}" for one in given]
    nothing = ("Nothing was given.", "未授予任何密钥。") if declined else ("No key waits.", "没有等待中的密钥。")
    output.result(given, lines or [output.text(*nothing)])


def _chosen(alliance: Alliance, case: str, output: Output, *, yes: bool) -> tuple[int, list[str]]:
    """How many keys wait, and the fingerprints chosen: each compared by whoever gives unless that was done before."""
    state = keys.state_of(alliance, case)
    waiting = {one["key"] for one in state["waiting"]}
    found = [one for one in state["recipients"] if one["key"] in waiting]
    asked = output.text("Case {case}: give access to {whose}, {mark}?", "案件 {case}：授予 {whose}（{mark}）？")
    return len(found), [
        one["fingerprint"]
        for one in found
        if yes
        or typer.confirm(asked.format(case=case, whose=one["institution_name"], mark=one["fingerprint"]), err=True)
    ]


def _recovery(private: bytes, passphrase: str) -> str:
    if len(passphrase) < recovery.SHORTEST:
        raise ConfigError("short_passphrase")
    return recovery.write(private, passphrase)


def _passphrase(output: Output) -> str:
    given = os.environ.get(PASSPHRASE)
    return given or str(typer.prompt(output.text("Passphrase", "口令"), hide_input=True, err=True))


def _new_passphrase(output: Output) -> str:
    given = os.environ.get(PASSPHRASE)
    said = output.text("Passphrase of the recovery file (12 characters at least)", "恢复文件口令（至少 12 个字符）")
    return given or str(typer.prompt(said, hide_input=True, confirmation_prompt=True, err=True))


def _table(rows: list[dict[str, Any]], here: set[str], output: Output) -> Any:
    heads = [
        output.text("reference", "编号"),
        output.text("institution", "机构"),
        output.text("holder", "持有人"),
        output.text("name", "名称"),
        output.text("fingerprint", "指纹"),
        output.text("since", "公布时间"),
        output.text("ended", "撤销"),
        output.text("here", "本机"),
    ]
    names = ("reference", "institution_name", "holder", "name", "fingerprint", "published_at")
    marks = {True: "✓", False: ""}
    cells = [
        [*(row[name] for name in names), output.word(words.KEY_END, row["end"]), marks[row["fingerprint"] in here]]
        for row in rows
    ]
    return output.table(heads, cells)
