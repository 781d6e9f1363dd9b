"""Which server keys the stored values are under, and whether this process holds them all."""

from django.utils.translation import gettext as _

from intel.models import KeyUse
from intel.sealing import ring
from kit.errors import Unavailable


def live_keys(name: str) -> tuple[str, ...]:
    """The id that seals new values of the key `pepper` or `note`, then every other that stored ones may be under.

    Raises Unavailable in a process whose key file is older than the database: it lacks a key in use, or would seal
    with one that is retired.
    """
    held = ring().ids(name)
    uses = dict(KeyUse.objects.filter(name=name).values_list("key_id", "retired_at"))
    live = {key_id for key_id, retired_at in uses.items() if retired_at is None}
    if uses.get(held[0]) is not None or not live <= set(held):
        raise Unavailable(_("This server's key file is older than the database's. Try again soon."), retry_after=30)
    return held[0], *sorted(live - {held[0]})
