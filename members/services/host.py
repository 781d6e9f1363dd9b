"""What only somebody with a shell on the host can do: appoint operators, and help or stop a person nobody else may.

The portal offers none of it, so that no operator appoints the one who watches over them (等保三级). The log names
`system:host` as the actor.
"""

from django.db import transaction
from django.utils.translation import gettext_noop as _

from audit.services import record
from kit.errors import Invalid, NotFound
from members.actors import system_actor
from members.models import Institution, User
from members.queries.users import user_of_email
from members.roles import EXCLUSIVE_ROLES
from members.services.invitations import Invitation, admit, begin_anew
from members.services.users import shut_out

_HOST = system_actor("host")
_KIND = Institution.Kind.OPERATOR


def appoint_operator(*, name: str, email: str, role: str, organisation_zh: str, organisation_en: str) -> Invitation:
    """Invite an operator with one of the three roles; the first call makes the operator's institution.

    Raises Invalid for another role, a bad address or one in use.
    """
    if role not in EXCLUSIVE_ROLES:
        raise Invalid(_("An operator has one of the three operator roles."), errors={"role": [role]})
    with transaction.atomic():
        institution = Institution.objects.filter(kind=_KIND).order_by("pk").first()
        if institution is None:
            institution = Institution.objects.create(kind=_KIND, name_zh=organisation_zh, name_en=organisation_en)
            record(_HOST, "institution.created", institution.ref, institution_kind=_KIND)
        return admit(_HOST, institution, email=email, name=name, roles=[role])


def renew_person(*, email: str) -> Invitation:
    """Let anybody begin anew, such as an institution's only admin who lost the device. Raises NotFound, Conflict."""
    with transaction.atomic():
        return begin_anew(_HOST, _person(email))


def disable_person(*, email: str) -> None:
    """Shut anybody out, such as a security or audit operator. Raises NotFound, Conflict for one disabled before."""
    with transaction.atomic():
        shut_out(_HOST, _person(email))


def _person(email: str) -> User:
    user = user_of_email(email)
    if user is None:
        raise NotFound
    return user
