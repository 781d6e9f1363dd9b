"""A police proceeding's status, in the terms the police use: which step may follow which, what runs out when.

Sources: the Criminal Procedure Law; the Public Security Administration Punishments Law; the economic-crime rules
公通字〔2017〕25号, article 15: review within 7 days, 30 for a serious or doubtful matter, then 30 more.
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Branch(TextChoices):
    """Which law a proceeding goes by, once that is decided; the two are counted apart."""

    CRIMINAL = "criminal", _("Criminal (刑事)")
    PUBLIC_ORDER = "public_order", _("Public order (治安)")


class Status(TextChoices):
    """Where a proceeding is. A measure against a person (强制措施) is no status."""

    REPORTED = "reported", _("Reported (报案)")
    ACCEPTED = "accepted", _("Accepted (受案)")
    REVIEWING = "reviewing", _("Under review (立案审查)")
    FILED = "filed", _("Criminal case filed (刑事立案)")
    NOT_FILED = "not_filed", _("Not filed (不予立案)")
    RECONSIDERED = "reconsidered", _("Under reconsideration (复议)")
    SUPERVISED = "supervised", _("Under supervision of filing (立案监督)")
    PUBLIC_ORDER = "public_order", _("Public-order case (治安案件)")
    NOT_HANDLED = "not_handled", _("Not taken up (不予调查处理)")
    TRANSFERRED = "transferred", _("Transferred to another unit (移送管辖)")
    INVESTIGATED = "investigated", _("Under investigation (侦办)")
    TO_PROSECUTOR = "to_prosecutor", _("Sent to the prosecutor (移送审查起诉)")
    PROSECUTED = "prosecuted", _("Prosecuted (提起公诉)")
    NOT_PROSECUTED = "not_prosecuted", _("Not prosecuted (不起诉)")
    DROPPED = "dropped", _("Case dropped (撤销案件)")
    JUDGED = "judged", _("Judged (判决)")
    PENALISED = "penalised", _("Administrative penalty (行政处罚)")
    ADMONISHED = "admonished", _("Admonished (训诫)")


_S = Status
STEPS: Mapping[str, tuple[str, ...]] = {
    "": (_S.REPORTED, _S.ACCEPTED),
    _S.REPORTED: (_S.ACCEPTED, _S.NOT_HANDLED, _S.TRANSFERRED),
    _S.ACCEPTED: (_S.REVIEWING, _S.FILED, _S.NOT_FILED, _S.PUBLIC_ORDER, _S.NOT_HANDLED, _S.TRANSFERRED),
    _S.REVIEWING: (_S.REVIEWING, _S.FILED, _S.NOT_FILED, _S.PUBLIC_ORDER, _S.NOT_HANDLED, _S.TRANSFERRED),
    _S.NOT_FILED: (_S.RECONSIDERED, _S.SUPERVISED, _S.PUBLIC_ORDER),
    _S.RECONSIDERED: (_S.FILED, _S.NOT_FILED),
    _S.SUPERVISED: (_S.FILED, _S.NOT_FILED),
    _S.FILED: (_S.INVESTIGATED, _S.TRANSFERRED, _S.DROPPED),
    _S.INVESTIGATED: (_S.TO_PROSECUTOR, _S.TRANSFERRED, _S.DROPPED),
    _S.TO_PROSECUTOR: (_S.PROSECUTED, _S.NOT_PROSECUTED, _S.INVESTIGATED),
    _S.PROSECUTED: (_S.JUDGED,),
    _S.PUBLIC_ORDER: (_S.PENALISED, _S.ADMONISHED, _S.FILED, _S.NOT_HANDLED, _S.TRANSFERRED),
    _S.DROPPED: (_S.PENALISED,),
    _S.NOT_PROSECUTED: (_S.PENALISED,),
    _S.NOT_HANDLED: (_S.RECONSIDERED,),
    _S.TRANSFERRED: (),
    _S.JUDGED: (),
    _S.PENALISED: (),
    _S.ADMONISHED: (),
}
"""From each status, the steps that may follow; "" is before the first."""
