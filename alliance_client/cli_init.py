"""`alliance init` and `alliance ceremony`: keys, credential, and the pinned trust anchor."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from alliance_client import config, warnings
from alliance_client.errors import ConfigError, TrustError
from alliance_client.http import Transport, checked_url
from alliance_client.output import Json, Output
from privacy import signing
from privacy.ceremony import Transcript
from privacy.encoding import Malformed

Fingerprint = Annotated[
    str | None,
    typer.Option(help="托管方另行告知的密钥仪式指纹 / the ceremony's fingerprint, as the custodians told you"),
]

AllianceKey = Annotated[
    str | None,
    typer.Option(help="联盟公钥 ed25519:…，名单须由其签名 / the alliance's key, under which warning lists are signed"),
]


def init(
    *,
    url: Annotated[str, typer.Option(help="平台地址 / the platform's address")],
    fingerprint: Fingerprint = None,
    credential_file: Annotated[
        Path | None, typer.Option(help="接口凭证文件 / a file with the API credential, else it is asked for")
    ] = None,
    alliance_key: AllianceKey = None,
    approval_key: Annotated[
        bool, typer.Option(help="同时生成审批密钥 / also make the key that approves budgets")
    ] = True,
    as_json: Json = False,
) -> None:
    """初始化：生成密钥、核对密钥仪式 / Make keys, check the ceremony and pin it. Existing keys are kept."""
    output = Output(as_json)
    home = config.default_home()
    config.make_home(home)
    address = checked_url(url)
    token = _credential(credential_file, output)
    transport = Transport(address, token, language=output.language)
    try:
        institution = str(transport.get("whoami")["institution"]["ref"])
        offered, lists = transport.get("ceremony"), transport.get("warning-lists")
    finally:
        transport.close()
    transcript = config.trusted(offered, fingerprint or _asked(output))
    pinned = _pinned(lists, alliance_key)
    config.write_private(home / "credential", token + "\n")
    keys = {"signing_key": config.make_seed(home / "signing.key")}
    if approval_key:
        keys["approval_key"] = config.make_seed(home / "approval.key")
    config.Config(home, address, institution, transcript.fingerprint(), pinned).save(transcript)
    public = {name: signing.text_of(key) for name, key in keys.items()}
    lines = [*_described(transcript, output), *(f"{name}: {key}" for name, key in public.items())]
    found = {"home": str(home), "institution": institution, "alliance_key": pinned, **public, **_facts(transcript)}
    output.result(found, lines)
    if not as_json:
        if alliance_key is None:
            output.notice("alliance_key_pinned", {"key": pinned})
        output.notice("registered", {})


def _credential(path: Path | None, output: Output) -> str:
    if path is not None:
        if not path.is_file():
            raise ConfigError("no_credential")
        return path.read_text(encoding="utf-8").strip()
    given = os.environ.get("ALLIANCE_CREDENTIAL")
    if given:
        return given.strip()
    return str(typer.prompt(output.text("API credential", "接口凭证"), hide_input=True, err=True)).strip()


def _asked(output: Output) -> str:
    """The fingerprint typed in. It is never shown first: it must come from the custodians, not from the platform."""
    said = output.text("Fingerprint, from the custodians", "密钥仪式指纹（由托管方告知）")
    return str(typer.prompt(said, err=True))


def _pinned(lists: Any, given: str | None) -> str:
    """The key to pin: the one given, else the platform's word for it. The lists must be signed with it."""
    offered = warnings.offered_key(lists)
    try:
        key = offered if given is None else signing.text_of(signing.key_of(given.strip(), "alliance_key"))
    except Malformed as error:
        raise ConfigError("damaged", path="--alliance-key", reason=str(error)) from error
    if key != offered:
        raise TrustError("alliance_key", wanted=key)
    warnings.verified(lists, key)
    return key


def ceremony(fingerprint: Fingerprint = None, alliance_key: AllianceKey = None, as_json: Json = False) -> None:
    """查看或重新固定信任锚 / Show what is pinned; with --fingerprint or --alliance-key, pin anew after a change."""
    output = Output(as_json)
    settings = config.Config.load(config.default_home())
    if fingerprint is None and alliance_key is None:
        transcript = settings.transcript()
    else:
        transport = Transport(settings.url, settings.credential(), language=output.language)
        try:
            transcript = config.trusted(transport.get("ceremony"), fingerprint or settings.fingerprint)
            key = _pinned(transport.get("warning-lists"), alliance_key) if alliance_key else settings.alliance_key
        finally:
            transport.close()
        replace(settings, fingerprint=transcript.fingerprint(), alliance_key=key).save(transcript)
    output.result(_facts(transcript), _described(transcript, output))


def _facts(transcript: Transcript) -> dict[str, Any]:
    return {
        "fingerprint": transcript.fingerprint(),
        "epoch": transcript.epoch,
        "generation": transcript.generation,
        "key": transcript.key,
        "threshold": transcript.t,
        "custodians": transcript.n,
    }


def _described(transcript: Transcript, output: Output) -> list[str]:
    held = output.text(
        f"Key “{transcript.key}”, epoch {transcript.epoch}, generation {transcript.generation}: {transcript.t} of "
        f"{transcript.n} custodians. Every quorum adds up.",
        f"密钥“{transcript.key}”，密钥期 {transcript.epoch}，份额代 {transcript.generation}："
        f"{transcript.n} 个托管方中的 {transcript.t} 个。所有组合均已核对。",
    )
    return [f"{output.text('fingerprint', '指纹')}: {transcript.fingerprint()}", held]
