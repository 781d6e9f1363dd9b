"""The rounds of the key ceremony: what comes out is one key nobody holds, and every fault names its custodian."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from privacy import ceremony, ristretto, rounds, shares, signing
from privacy.ceremony import CeremonyError, Transcript
from privacy.rounds import Message, Setup, State
from tests.privacy.build_vectors import seed

SEEDS = {index: seed(f"custodian {index}") for index in (1, 2, 3)}
SETUP = Setup("id", 1, 0, 2, {index: signing.public_key(value) for index, value in SEEDS.items()})
SIZE = ristretto.SIZE


@dataclass
class Ceremony:
    """Three custodians, whose messages of any round a test may change on their way."""

    change: dict[str, Callable[[list[Message]], list[Message]]] = field(default_factory=dict)
    states: dict[int, State] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)

    def send(self, name: str, messages: list[Message]) -> list[Message]:
        carried = [Message.from_json(message.to_json()) for message in messages]
        self.messages[name] = self.change.get(name, lambda unchanged: unchanged)(carried)
        return self.messages[name]

    def run(self) -> dict[int, tuple[bytes, Transcript]]:
        begun = {i: rounds.announce(SETUP, i, seed=SEEDS[i]) for i in SEEDS}
        self.states = {i: State.from_json(state.to_json()) for i, (state, _) in begun.items()}
        a = self.send("announce", [message for _, message in begun.values()])
        o = self.send("open", [rounds.open_dealing(SETUP, self.states[i], a, seed=SEEDS[i]) for i in SEEDS])
        s = self.send("seal", [rounds.seal_shares(SETUP, self.states[i], a, o, seed=SEEDS[i]) for i in SEEDS])
        return {i: rounds.conclude(SETUP, self.states[i], a, o, s, seed=SEEDS[i]) for i in SEEDS}


def signed_again(message: Message, body: bytes, context: bytes) -> Message:
    """The message with another body, signed by its sender: what a dishonest custodian can do."""
    changed = replace(message, body=body)
    return replace(changed, signature=signing.sign(SEEDS[message.custodian], changed.signing_bytes(context)))


def context_of(name: str, ceremony_: Ceremony) -> bytes:
    context = SETUP.hash()
    for step, size in (("announce", 64), ("open", 2 * SIZE + 64), ("seal", 3 * rounds.SEALED_SIZE)):
        if step == name:
            return context
        _, context = rounds._gather(SETUP, step, size, ceremony_.messages[step], context)
    raise AssertionError(name)


def test_the_shares_fit_the_transcript_and_no_custodian_holds_the_key() -> None:
    ended = Ceremony().run()
    transcript = rounds.assemble([part for _, part in ended.values()])
    for index, (share, _) in ended.items():
        assert ristretto.multiply_base(share) == transcript.public_keys[index]
        assert ristretto.multiply_base(share) != transcript.public_key
    for quorum in ((1, 2), (1, 3), (2, 3), (1, 2, 3)):
        ceremony.check_quorum(transcript, quorum)
        weighted = [shares.weighted_share(ended[index][0], index, quorum) for index in quorum]
        assert ristretto.multiply_base(shares.combine_shares(weighted)) == transcript.public_key


def test_two_ceremonies_never_give_one_key() -> None:
    first, _ = rounds.run_here("id", 1, 2, SEEDS)
    second, _ = rounds.run_here("id", 1, 2, SEEDS)
    assert first.public_key != second.public_key
    assert first.fingerprint() != second.fingerprint()


def test_the_fingerprint_is_recognised_however_a_person_writes_it() -> None:
    transcript, _ = rounds.run_here("id", 1, 2, SEEDS)
    shown = transcript.fingerprint()
    for spelling in (
        shown,
        shown.upper(),
        shown.replace("-", ""),
        shown.replace("-", " ") + "\n",
        shown.replace("-", ":"),
    ):
        assert ceremony.is_fingerprint_of(spelling, transcript)
    for wrong in (shown[:-1], "", shown[:-1] + ("0" if shown[-1] != "0" else "1")):
        assert not ceremony.is_fingerprint_of(wrong, transcript)


def refused(running: Ceremony) -> CeremonyError:
    with pytest.raises(CeremonyError) as caught:
        running.run()
    return caught.value


@pytest.mark.parametrize("name", ["announce", "open", "seal"])
def test_a_message_changed_on_its_way_is_found(name: str) -> None:
    def flip(messages: list[Message]) -> list[Message]:
        body = bytes([messages[1].body[0] ^ 1]) + messages[1].body[1:]
        return [messages[0], replace(messages[1], body=body), messages[2]]

    error = refused(Ceremony({name: flip}))
    assert (error.code, error.custodian) == ("signature", 2)


@pytest.mark.parametrize("name", ["announce", "open", "seal"])
def test_a_missing_or_doubled_message_stops_the_ceremony(name: str) -> None:
    error = refused(Ceremony({name: lambda messages: messages[:2]}))
    assert (error.code, error.custodian) == ("missing", 3)
    error = refused(Ceremony({name: lambda messages: [*messages[:2], messages[1]]}))
    assert (error.code, error.custodian) == ("message", 2)


def test_a_message_of_another_ceremony_is_refused() -> None:
    elsewhere = rounds.announce(replace(SETUP, epoch=2), 2, seed=SEEDS[2])[1]
    error = refused(Ceremony({"announce": lambda messages: [messages[0], elsewhere, messages[2]]}))
    assert (error.code, error.custodian) == ("signature", 2)


def test_a_dealing_chosen_after_seeing_the_others_is_refused() -> None:
    running = Ceremony()

    def choose_anew(messages: list[Message]) -> list[Message]:
        coefficients = ristretto.random_scalars(2)
        late = replace(running.states[3], coefficients=coefficients)
        other = rounds.open_dealing(SETUP, late, running.messages["announce"], seed=SEEDS[3])
        return [*messages[:2], other]

    running.change = {"open": choose_anew}
    error = refused(running)
    assert (error.code, error.custodian) == ("opening", 3)


def test_a_dealing_whose_constant_nobody_knows_is_refused() -> None:
    """A rogue key: announced and opened as it should be, but without the proof of knowledge."""
    dealing = shares.deal(2, 3)
    rogue = ristretto.add(dealing.commitments[:SIZE], ristretto.multiply_base(ristretto.scalar_of(-7)))
    commitments = rogue + dealing.commitments[SIZE:]
    running = Ceremony()

    def announce_rogue(messages: list[Message]) -> list[Message]:
        body = rounds._dealing_hash(SETUP.hash(), 3, commitments) + messages[2].body[32:]
        return [*messages[:2], signed_again(messages[2], body, SETUP.hash())]

    def open_rogue(messages: list[Message]) -> list[Message]:
        body = commitments + messages[2].body[-64:]
        return [*messages[:2], signed_again(messages[2], body, context_of("open", running))]

    running.change = {"announce": announce_rogue, "open": open_rogue}
    error = refused(running)
    assert (error.code, error.custodian) == ("opening", 3)


def test_a_share_that_does_not_fit_names_its_dealer() -> None:
    running = Ceremony()

    def lie(messages: list[Message]) -> list[Message]:
        body = messages[1].body
        # Custodian 2 seals to custodian 1 what is meant for another place: it does not open there.
        moved = body[rounds.SEALED_SIZE : 2 * rounds.SEALED_SIZE] + body[rounds.SEALED_SIZE :]
        return [messages[0], signed_again(messages[1], moved, context_of("seal", running)), messages[2]]

    running.change = {"seal": lie}
    error = refused(running)
    assert (error.code, error.custodian) == ("share", 2)


def test_a_wrong_share_correctly_sealed_names_its_dealer() -> None:
    running = Ceremony()

    def lie(messages: list[Message]) -> list[Message]:
        wrong = replace(running.states[2], coefficients=ristretto.random_scalars(2))
        sealed = rounds.seal_shares(SETUP, wrong, running.messages["announce"], running.messages["open"], seed=SEEDS[2])
        return [messages[0], sealed, messages[2]]

    running.change = {"seal": lie}
    error = refused(running)
    assert (error.code, error.custodian) == ("share", 2)


def test_custodians_who_were_shown_different_messages_cannot_go_on() -> None:
    running = Ceremony()
    begun = {i: rounds.announce(SETUP, i, seed=SEEDS[i]) for i in SEEDS}
    twin = rounds.announce(SETUP, 3, seed=SEEDS[3])[1]
    honest = [message for _, message in begun.values()]
    shown = [*honest[:2], twin]
    running.send("announce", honest)
    openings = [rounds.open_dealing(SETUP, begun[i][0], shown if i == 2 else honest, seed=SEEDS[i]) for i in SEEDS]
    with pytest.raises(CeremonyError) as caught:
        rounds.seal_shares(SETUP, begun[1][0], honest, openings, seed=SEEDS[1])
    assert (caught.value.code, caught.value.custodian) == ("signature", 2)


def test_transcripts_that_differ_are_not_joined() -> None:
    first, second = Ceremony().run(), Ceremony().run()
    with pytest.raises(CeremonyError) as caught:
        rounds.assemble([first[1][1], second[2][1], second[3][1]])
    assert caught.value.code == "disagreement"
    with pytest.raises(CeremonyError) as caught:
        rounds.assemble([first[1][1], first[2][1]])
    assert caught.value.code == "custodians"


@pytest.mark.parametrize(("t", "code"), [(0, "threshold"), (4, "threshold")])
def test_an_impossible_threshold_is_refused(t: int, code: str) -> None:
    with pytest.raises(CeremonyError) as caught:
        rounds.announce(replace(SETUP, t=t), 1, seed=SEEDS[1])
    assert caught.value.code == code


def test_somebody_elses_identity_cannot_take_part() -> None:
    with pytest.raises(CeremonyError) as caught:
        rounds.announce(SETUP, 1, seed=SEEDS[2])
    assert caught.value.code == "identity"


def test_secrets_do_not_show_in_a_trace() -> None:
    state, _ = rounds.announce(SETUP, 1, seed=SEEDS[1])
    assert "coefficients" not in repr(state)
    assert "sealing_key" not in repr(state)
    assert "shares" not in repr(shares.deal(2, 3))
