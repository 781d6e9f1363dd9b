"""People of the demo come in as people do: by invitation, with a password and an authenticator app.

The app is this machine: its seed lies sealed in the database, and `scripts/code` shows the present code.
"""

import secrets
import time
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt

from demo.roster import MAIL_DOMAIN
from kit.actor import Actor
from members.actors import actor_of_user
from members.models import User
from members.services.invitations import Invitation, take_invitation

_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aeiou"
_SURNAMES = "林顾沈陆苏程叶许江温梁秦乔邵简"
_GIVEN = ("知夏", "言川", "予安", "思远", "清和", "若宁", "景行", "书言", "亦舟", "晏清", "南乔", "怀瑾", "星野")


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a person signs in: shown once at the end of the loading and kept in a private file."""

    institution: str
    role: str
    email: str
    password: str


def name_of(number: int) -> str:
    """An invented person's name, a different one for each of the first 195 numbers."""
    return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)]


def enrol(invitation: Invitation, *, institution: str, role: str) -> tuple[Actor, SignIn]:
    """Take an invitation with a fresh password and second factor; the person as actor, and how they sign in."""
    password = _password()
    user = take_invitation(code=invitation.code, password=password)
    TOTP.activate(user, generate_totp_secret())
    person = User.objects.select_related("institution").get(pk=user.pk)
    return actor_of_user(person), SignIn(institution, role, user.email, password)


def code_of(email: str) -> tuple[str, int]:
    """The code a demo person's authenticator app shows now and for how many seconds.

    Raises Authenticator.DoesNotExist for anybody else: this door opens no real person's account.
    """
    address = email.strip().lower()
    if not address.endswith("." + MAIL_DOMAIN):
        raise Authenticator.DoesNotExist
    factor = Authenticator.objects.get(user__email=address, type=Authenticator.Type.TOTP)
    now = int(time.time())
    return format_hotp_value(hotp_value(decrypt(factor.data["secret"]), now // 30)), 30 - now % 30


def _password() -> str:
    """Eight random syllables and two digits: 57 bits, and a person can type it."""
    words = ["".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(2)) for _ in range(4)]
    return "-".join(words) + f"-{secrets.randbelow(100):02d}"
