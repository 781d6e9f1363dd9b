"""The demo's warning list: public lines that are taken for a caller's number, and what collides without them."""

from collections.abc import Iterable

from demo.plan.rows import Expected

LISTED = (
    ("110", "报警电话"),
    ("12345", "政务服务便民热线"),
    ("12363", "人民银行金融消费权益保护热线"),
    ("12368", "人民法院诉讼服务热线"),
    ("12378", "银行保险消费者投诉维权热线"),
    ("12381", "工信部公共服务电话"),
    ("95588", "工商银行客服"),
    ("96110", "反诈专线"),
)
"""Number and whose it is."""
PREFIXES = (("95*", "全国性企业客服号段"), ("400*", "400 客服号段"))
"""What only clients can tell by its beginning."""
VALUES = frozenset(f"cn-sc:{number}" for number, _whose in LISTED)


def still_expected(expected: Iterable[Expected]) -> tuple[Expected, ...]:
    """The collisions that are left once the list is in force: those of no listed value."""
    return tuple(one for one in expected if one.kind != "phone/1" or one.value not in VALUES)
