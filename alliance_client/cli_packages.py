"""`alliance package` and `alliance verify`: a case as a signed archive, and whether one is what was signed."""

from pathlib import Path
from typing import Annotated

import typer

from alliance_client.config import check_target
from alliance_client.joint import packages
from alliance_client.output import Json, Output
from alliance_client.sdk import Alliance
from privacy import verify_package
from privacy.verify_archive import Package, Wrong

NOT_WHAT_WAS_SIGNED, NO_PACKAGE, NOT_ALL_THERE = 6, 11, 12
"""Exit codes, as README.md has them: trust; the file cannot be read; finished, but something is missing."""


def package(
    case: Annotated[str, typer.Argument(help="案件编号 / a case's reference")],
    *,
    target: Annotated[Path, typer.Option("--output", "-o", help="写到何处 / where the archive goes")],
    reason: Annotated[
        str, typer.Option(help="用途，记入每份证据的保管记录 / why: stands in the custody record of each file")
    ],
    with_values: Annotated[
        bool, typer.Option("--values", help="加入已披露的原值，逐项留痕 / add disclosed values; each is recorded")
    ] = False,
    reference: Annotated[
        str | None, typer.Option("--package", help="已生成的案卷包编号 / one that was built before")
    ] = None,
    as_json: Json = False,
) -> None:
    """生成案卷包并附证据 / Build a package of a case, decrypt its evidence here, write one archive and check it."""
    output = Output(as_json)
    check_target(target)
    with Alliance.load(language=output.language) as alliance:
        chosen = reference or str(packages.build(alliance, case)["reference"])
        left = packages.assemble(alliance, case, chosen, target, reason=reason, with_values=with_values)
    found = verify_package.check(target)
    lines = list(verify_package.lines(found, output.language == "zh"))
    said = output.text("no key held here opens it", "本机密钥无法解密")
    output.result(
        {"package": chosen, "file": str(target), "left_out": left, **verify_package.result(found)},
        [str(target), *(f"{path}: {said}" for path in left), *lines],
    )
    _leave(found)


def verify(
    target: Annotated[Path, typer.Argument(help="案卷包或其解压目录 / a package, or the folder it was unpacked to")],
    key: Annotated[
        str | None, typer.Option(help="联盟签名公钥指纹 / SHA-256 of the key it must be signed with")
    ] = None,
    as_json: Json = False,
) -> None:
    """核验案卷包，不联网 / Check a package: whole, or the file and the byte that is wrong. Needs no network."""
    output = Output(as_json)
    if key is not None and not key.strip():  # an unset variable in a script must not turn the comparison off
        raise typer.BadParameter("--key")
    try:
        found = verify_package.check(target, key or "")
    except (Wrong, OSError) as error:
        output.result({"whole": False, "error": str(error)}, [output.text("No package: ", "不是案卷包：") + str(error)])
        raise typer.Exit(NO_PACKAGE) from None
    output.result(verify_package.result(found), verify_package.lines(found, output.language == "zh"))
    _leave(found)


def _leave(found: Package) -> None:
    if found.problems:
        raise typer.Exit(NOT_WHAT_WAS_SIGNED)
    if found.absent:
        raise typer.Exit(NOT_ALL_THERE)
