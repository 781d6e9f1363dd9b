"""The whole of an evaluation against real custodians: one digest whatever the quorum, and no lie passes."""

import json
from pathlib import Path

import pytest

from custody import ceremony
from custody.daemon.state import StateError, load, transcript_file
from privacy.oprf import ProofError
from tests.custody.world import World

MESSAGES = [b"phone/1\x1f+8613800138000", b"qq/1\x1f10001"]


def test_every_quorum_gives_the_same_digests(world: World) -> None:
    member = world.member()
    digests = {quorum: world.evaluate(member, MESSAGES, quorum) for quorum in ((1, 2), (1, 3), (2, 3))}
    assert len(set(digests.values())) == 1


def test_a_lying_custodian_is_caught_and_named(world: World, tmp_path: Path) -> None:
    """Custodian 2 answers with a share of another key: consistent in itself, but not the pinned one."""
    liar = World(tmp_path)
    liar.states[1], liar.states[3] = world.states[1], world.states[3]
    liar.transcript, liar.ports = world.transcript, {**world.ports, 2: liar.ports[2]}
    liar.start(2)
    try:
        member = liar.member()
        with pytest.raises(ProofError) as caught:
            liar.evaluate(member, MESSAGES, (1, 2))
        assert caught.value.custodian == 2
        assert liar.evaluate(member, MESSAGES, (1, 3)) == world.evaluate(world.member(), MESSAGES, (2, 3))
    finally:
        liar.close()


def test_a_custodian_does_not_start_with_a_share_of_another_ceremony(tmp_path: Path) -> None:
    for name in ("a", "b"):
        states = [str(tmp_path / f"{name}{index}") for index in (1, 2, 3)]
        assert ceremony.main(["--states", *states, "--out", str(tmp_path / f"{name}.json")]) == 0
    transcript_file(tmp_path / "a1").write_text((tmp_path / "b.json").read_text())
    with pytest.raises(StateError, match="does not belong"):
        load(tmp_path / "a1")


def test_a_share_that_others_may_read_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "one"
    assert ceremony.main(["--states", str(state), "--threshold", "1", "--out", str(tmp_path / "t.json")]) == 0
    load(state)
    (state / "share.json").chmod(0o640)
    with pytest.raises(StateError, match="0600"):
        load(state)
    (state / "share.json").chmod(0o600)
    state.chmod(0o750)
    with pytest.raises(StateError, match="0700"):
        load(state)


def test_a_second_ceremony_never_overwrites_a_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--states", str(tmp_path / "one"), "--threshold", "1", "--out", str(tmp_path / "t.json")]
    assert ceremony.main(arguments) == 0
    before = (tmp_path / "one" / "share.json").read_bytes()
    assert ceremony.main(arguments) == 1
    assert "holds a share already" in capsys.readouterr().err
    assert (tmp_path / "one" / "share.json").read_bytes() == before


def test_between_hosts_the_rounds_give_each_custodian_its_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    states = {index: tmp_path / f"host-{index}" for index in (1, 2, 3)}

    def run(*arguments: object) -> str:
        assert ceremony.main([str(argument) for argument in arguments]) == 0, capsys.readouterr().err
        return capsys.readouterr().out.strip()

    identities = [run("identity", "--state", state) for state in states.values()]
    setup = tmp_path / "setup.json"
    run("setup", "--identities", *identities, "--threshold", "2", "--out", setup)
    for index, state in states.items():
        run("announce", "--state", state, "--custodian", index, "--setup", setup, "--out", tmp_path / f"a{index}")
    rounds = (("open", "a", "o"), ("seal", "o", "s"), ("conclude", "s", "p"))
    for name, given, made in rounds:
        messages = [tmp_path / f"{given}{index}" for index in states]
        for index, state in states.items():
            run(name, "--state", state, "--messages", *messages, "--out", tmp_path / f"{made}{index}")
    fingerprint = run("assemble", "--parts", *(tmp_path / f"p{i}" for i in states), "--out", tmp_path / "t.json")
    for index, state in states.items():
        assert run("finish", "--state", state, "--transcript", tmp_path / "t.json") == fingerprint
        share, _ = load(state)
        assert share.custodian == index
        assert not (state / "ceremony.json").exists()


def test_a_ceremony_names_whose_message_was_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    states = [tmp_path / "h1", tmp_path / "h2"]
    identities = []
    for state in states:
        ceremony.main(["identity", "--state", str(state)])
        identities.append(capsys.readouterr().out.strip())
    setup = {"key": "id", "epoch": 1, "threshold": 2, "identities": identities}
    (tmp_path / "setup.json").write_text(json.dumps(setup))
    for index, state in enumerate(states, 1):
        out = tmp_path / f"a{index}"
        given = ["--custodian", str(index), "--setup", str(tmp_path / "setup.json"), "--out", str(out)]
        assert ceremony.main(["announce", "--state", str(state), *given]) == 0
    changed = json.loads((tmp_path / "a2").read_text())
    changed["body"] = changed["body"][:-2] + ("AA" if not changed["body"].endswith("AA") else "BA")
    (tmp_path / "a2").write_text(json.dumps(changed))
    messages = [str(tmp_path / "a1"), str(tmp_path / "a2")]
    arguments = ["--state", str(states[0]), "--messages", *messages, "--out", str(tmp_path / "o1")]
    assert ceremony.main(["open", *arguments]) == 1
    assert "custodian 2" in capsys.readouterr().err
