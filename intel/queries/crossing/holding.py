"""Which of some institutions hold a digest: for asking, within a case, somebody who takes part in it for the value."""

from collections.abc import Collection

from intel.models import Party


def holding(digests: Collection[int], among: Collection[int]) -> frozenset[tuple[int, int]]:
    """The pairs of digest and institution (keys) where the institution is a party to the digest's collision.

    Parties outside of `among` have no part in the answer, not even as a number.
    """
    parties = Party.objects.filter(collision__digest__in=list(digests), institution_id__in=list(among))
    return frozenset(parties.values_list("collision__digest_id", "institution_id"))
