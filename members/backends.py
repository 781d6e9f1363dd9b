"""How Django turns a session into a user: one query, and nobody who may no longer sign in."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from members.actors import is_live
from members.models import User
from members.queries.users import user_of_session


class PeopleBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend, with our rule for who is live: a live session of a disabled user ends at once."""

    def get_user(self, user_id: int) -> User | None:
        """The user of a session with institution and second factor loaded; None for one who may not be here."""
        user = user_of_session(user_id)
        return user if user is not None and is_live(user) else None

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Django's hook after a right password."""
        return isinstance(user, User) and is_live(user)
