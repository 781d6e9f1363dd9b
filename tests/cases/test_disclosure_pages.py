"""Disclosures through the portal: what each side's pages show, and what no page, row, log line or address ever has."""

import base64
import csv
import hashlib
import io
import json
import logging
import re
from datetime import timedelta
from html import unescape

import orjson
import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cases.models import Disclosure, Unmasking
from cases.queries.ledger import ledger_for
from cases.services.disclosures import end_disclosures_of
from kit.errors import Forbidden
from privacy import hpke
from privacy.encoding import b64, unb64
from tests.cases import Story, island, joint_case, remove, take_part
from tests.cases.disclosing import CANARY, WHY, ask, day, given, part_of, propose, publish, sealed
from tests.cast import Cast, actor, client_of
from tests.intel import clues

pytestmark = pytest.mark.django_db


def address(name: str, story: Story, one: Disclosure | None = None, **more: object) -> str:
    where = {"ref": story.case.ref, **({"disclosure": one.ref} if one else {}), **more}
    return reverse(f"cases:{name}", kwargs=where)


def asked(story: Story, holder, **fields: str) -> dict[str, str]:
    what = f"{story.item.ref}/{part_of(story.case, holder).ref}"
    said = {"what": what, "basis": "duty", "reference": "反电诈法第26条", "purpose": "核对号码", "until": f"{day()}"}
    return {**said, **fields}


def handed_in(one: Disclosure, *pairs, value: str = "shared") -> str:
    made = sealed(one, *pairs, value=value)
    return json.dumps(
        {
            "digest": b64(made.digest),
            "epoch": made.epoch,
            "commitment": b64(made.commitment),
            "seals": [{"key": str(key), "sealed": b64(blob)} for key, blob in made.seals.items()],
        }
    )


def walk(cast: Cast, story: Story, value: str = "shared") -> tuple[list[str], Disclosure]:
    """The whole flow as browsers do it; every answer's text, and the disclosure."""
    seen: list[str] = []

    def get(client, url: str) -> str:
        answer = client.get(url)
        assert answer.status_code == 200, url
        seen.append(answer.content.decode())
        return seen[-1]

    def post(client, url: str, body, **kwargs):
        answer = client.post(url, body, **kwargs)
        seen.append(f"{url} {answer.status_code} {answer.headers.get('Location', '')} {answer.content.decode()}")
        return answer

    pair = publish(cast.south)
    asker, holder, lead = (client_of(who) for who in (cast.south_analyst, cast.north_analyst, cast.north_lead))
    get(asker, address("disclosure-ask", story))
    assert post(asker, address("disclosure-ask", story), asked(story, cast.north)).status_code == 302
    one = Disclosure.objects.get()
    get(holder, address("disclosure-detail", story, one))
    page = get(holder, address("disclosure-propose", story, one))
    needed = island(page, "disclosure")
    assert (needed["ref"], needed["kind"]) == (str(one.ref), "phone/1")
    assert [unb64(key["public"], "public", 32) for key in needed["recipients"]] == [bytes(pair.key.public)]
    body = handed_in(one, pair, value=value)
    answer = post(holder, address("disclosure-propose", story, one), body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert post(lead, address("disclosure-approve", story, one), {}).status_code == 302
    assert "●●●●" in get(asker, address("disclosure-detail", story, one))
    said = {"reason": WHY, "fingerprint": pair.key.fingerprint}
    shown = post(asker, address("disclosure-unmask", story, one), said)
    found = island(get(asker, shown.headers["Location"]), "disclosure")
    blob = unb64(found["sealed"], "sealed")
    plain = orjson.loads(hpke.open_sealed(pair.private, blob, place="disclosure", ref=str(one.ref)))
    assert plain["value"] == value
    check = {"fingerprint": pair.key.fingerprint, "digest": clues.digest(value), "epoch": clues.EPOCH}
    answer = post(asker, found["check"], json.dumps(check), content_type="application/json")
    assert answer.json() == {"matches": True}
    for client in (asker, lead):
        get(client, address("disclosure-detail", story, one))
        get(client, address("disclosures", story))
        get(client, reverse("cases:ledger"))
        file = client.get(reverse("cases:ledger-csv"))
        seen.append(b"".join(file.streaming_content).decode())
    return seen, one


def test_the_value_goes_from_one_browser_to_the_other(cast: Cast, story: Story) -> None:
    _seen, one = walk(cast, story)
    assert Disclosure.objects.get(pk=one.pk).state == "approved"
    lead = client_of(cast.north_lead)
    page = unescape(lead.get(address("disclosure-detail", story, one)).content.decode())
    assert WHY in page
    assert cast.south_analyst.name not in page


def forms_of(value: str) -> set[str]:
    """How a value could stand somewhere though not as it is."""
    raw = value.encode()
    digests = [hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")]
    encoded = [
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
    ]
    return {value, *digests, *encoded}


def whole_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [name for (name,) in cursor.fetchall()]
        text = []
        for name in tables:
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608 - a name of the catalogue
            text += [row for (row,) in cursor.fetchall()]
    return "\n".join(text)


def test_a_canary_value_stands_in_no_row_log_line_page_or_address(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    story = joint_case(cast, value=CANARY)
    with caplog.at_level(logging.DEBUG):
        seen, one = walk(cast, story, value=CANARY)
        holder = client_of(cast.north_analyst)
        # A page or client that went wrong and sent the value: it is refused, and kept nowhere.
        for body in (
            {"value": CANARY},
            {"digest": CANARY, "epoch": 1, "commitment": CANARY, "seals": [{"key": CANARY, "sealed": CANARY}]},
        ):
            answer = holder.post(
                address("disclosure-propose", story, one), json.dumps(body), content_type="application/json"
            )
            assert answer.status_code == 400
            seen.append(answer.content.decode())
        client = client_of(cast.north_lead)
        assert (
            client.post(address("disclosure-ask", story), asked(story, cast.south, purpose=CANARY)).status_code == 400
        )
        assert (
            client.post(address("disclosure-ask", story), asked(story, cast.south, reference=CANARY)).status_code == 400
        )
    traces = [whole_database(), caplog.text, *seen]
    for form in forms_of(CANARY) | forms_of(f"+86{CANARY}"):
        assert not [trace[:200] for trace in traces if form in trace], form


def test_what_was_asked_wrongly_is_said_at_its_field(cast: Cast, story: Story) -> None:
    client = client_of(cast.south_analyst)
    answer = client.post(address("disclosure-ask", story), asked(story, cast.north, until=f"{day(120)}"))
    assert answer.status_code == 400
    assert b"id_until_error" in answer.content
    assert (
        client.post(address("disclosure-ask", story), asked(story, cast.north, basis="instrument")).status_code == 400
    )
    assert not Disclosure.objects.exists()


def test_the_police_are_offered_an_instrument_and_no_other_ground(cast: Cast, story: Story) -> None:
    page = client_of(cast.police_officer).get(address("disclosure-ask", story)).content.decode()
    assert re.findall(r'<option value="(consent|duty|contract|instrument)"', page) == ["instrument"]


def test_a_third_participant_gets_the_bytes_of_an_absent_one(cast: Cast, story: Story) -> None:
    one, _pair = given(cast, story)
    take_part(story.case, cast.harbour_bank)
    client = client_of(cast.harbour_bank_analyst)
    for name in ("disclosure-detail", "disclosure-propose"):
        other = client.get(address(name, story, one))
        absent = client.get(address(name, story, one).replace(str(one.ref), str(story.case.ref)))
        assert (other.status_code, absent.status_code) == (404, 404)
        # The page has its own address in it, for the switch of the language.
        assert _comparable(other.content, str(one.ref)) == _comparable(absent.content, str(story.case.ref))


def _comparable(content: bytes, asked_for: str) -> bytes:
    fresh = rb"(?:csrfmiddlewaretoken|X-CSRFToken|csrf-token|nonce|request_id)[^>\n]*"
    return re.sub(fresh, b"", content.replace(f"/disclosures/{asked_for}".encode(), b"/disclosures/one"))


def test_unmasking_and_approving_need_a_fresh_proof_of_identity(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    other = ask(story, cast.police_officer, cast.north)
    propose(story, other, cast.north_analyst, publish(cast.police))
    south, lead = client_of(cast.south_analyst), client_of(cast.north_lead)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        said = {"reason": WHY, "fingerprint": pair.key.fingerprint}
        answers = [
            south.post(address("disclosure-unmask", story, one), said),
            lead.post(address("disclosure-approve", story, other), {}),
        ]
    assert ["reauthenticate" in answer.headers["Location"] for answer in answers] == [True, True]
    assert not Unmasking.objects.exists()
    assert Disclosure.objects.get(pk=other.pk).state == "proposed"


def test_without_a_reason_nothing_is_shown(cast: Cast, story: Story) -> None:
    one, pair = given(cast, story)
    client = client_of(cast.south_analyst)
    for reason in ("", f"打给{CANARY}"):
        said = {"reason": reason, "fingerprint": pair.key.fingerprint}
        assert client.post(address("disclosure-unmask", story, one), said).status_code == 400
    assert not Unmasking.objects.exists()


def test_the_ledger_says_who_gave_what_to_whom_and_never_a_value(cast: Cast, story: Story) -> None:
    walk(cast, story)
    answer = client_of(cast.north_lead).get(reverse("cases:ledger-csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert list(row.values())[3:5] == ["南原银行", "北岸银行"]
    assert list(row.values())[15] == "1"
    book = client_of(cast.north_lead).get(reverse("cases:ledger-xlsx"))
    assert b"".join(book.streaming_content)[:2] == b"PK"


def test_the_ledger_outlasts_the_part_in_the_case_and_is_nobody_elses(cast: Cast, story: Story) -> None:
    given(cast, story)
    remove(story.case, cast.south)
    end_disclosures_of(actor(cast.north_lead), story.case, cast.south.pk)
    (row,) = ledger_for(actor(cast.south_analyst))
    assert (row.was_given, row.row.state) == (True, "withdrawn")
    assert len(ledger_for(actor(cast.north_analyst))) == 1
    assert ledger_for(actor(cast.outsider_analyst)) == ledger_for(actor(cast.police_officer)) == []
    with pytest.raises(Forbidden):
        ledger_for(actor(cast.operator_system))


def test_days_narrow_the_ledger(cast: Cast, story: Story) -> None:
    given(cast, story)
    south = actor(cast.south_analyst)
    assert len(ledger_for(south, since=day(0), until=day(0))) == 1
    assert ledger_for(south, since=day(1)) == ledger_for(south, until=day(-1)) == []
