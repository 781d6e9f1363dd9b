"""A police proceeding's status, in the terms the police use: which step may follow which, what runs out when.

Sources, to be confirmed by counsel where a unit relies on them: the Criminal Procedure Law (刑事诉讼法) articles 172,
175, 208; the Public Security Administration Punishments Law (治安管理处罚法, as in force from 2026) article 118; the
procedure rules of the police (公安机关办理刑事案件程序规定) articles 179, 182; the economic-crime rules
公通字〔2017〕25号 articles 15, 25.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.functional import Promise
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
    _S.SUPERVISED: (_S.SUPERVISED, _S.FILED, _S.NOT_FILED),
    _S.FILED: (_S.INVESTIGATED, _S.TRANSFERRED, _S.DROPPED),
    _S.INVESTIGATED: (_S.TO_PROSECUTOR, _S.TRANSFERRED, _S.DROPPED),
    _S.TO_PROSECUTOR: (_S.TO_PROSECUTOR, _S.PROSECUTED, _S.NOT_PROSECUTED, _S.INVESTIGATED),
    _S.PROSECUTED: (_S.PROSECUTED, _S.JUDGED),
    _S.PUBLIC_ORDER: (_S.PUBLIC_ORDER, _S.PENALISED, _S.ADMONISHED, _S.FILED, _S.NOT_HANDLED, _S.TRANSFERRED),
    _S.DROPPED: (_S.PENALISED,),
    _S.NOT_PROSECUTED: (_S.PENALISED,),
    _S.NOT_HANDLED: (_S.RECONSIDERED,),
    _S.TRANSFERRED: (),
    _S.JUDGED: (),
    _S.PENALISED: (),
    _S.ADMONISHED: (),
}
"""From each status, the steps that may follow; "" is before the first. A step to itself is a longer term."""

_LAW: Mapping[str, str] = {_S.FILED: Branch.CRIMINAL, _S.PUBLIC_ORDER: Branch.PUBLIC_ORDER}


def branch_after(before: str, step: str) -> str:
    """Which law the proceeding goes by after the step: filing decides, and what follows keeps to it."""
    return _LAW.get(step, before)


@dataclass(frozen=True, slots=True)
class Term:
    """A term that a step sets: how long, whose it is, and where it is written.

    It runs from the day of the step; `since` names the status from whose first day of this proceeding it runs instead.
    Past its day a duty is overdue; a right that somebody has (`lapses`) is over, and nobody owes anything.
    """

    code: str
    label: str | Promise
    source: str
    days: int = 0
    months: int = 0
    since: str = ""
    lapses: bool = False

    def ends(self, begins: date) -> date:
        """The last day: the day it begins on is not counted (刑事诉讼法 article 105); holidays are not known here."""
        return _months_later(begins, self.months) + timedelta(days=self.days)


def _months_later(day: date, months: int) -> date:
    year, number = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, number + 1, min(day.day, monthrange(year, number + 1)[1]))


_RULES = "公通字〔2017〕25号"
_REVIEW_7 = Term("review_7", _("7 days to decide on filing"), f"{_RULES}第15条", days=7, since=_S.ACCEPTED)
_INQUIRY = Term("two_years", _("Two years without a measure, to conclude"), f"{_RULES}第25条", 0, 24, _S.FILED)
TERMS: Mapping[str, Sequence[Term]] = {
    _S.ACCEPTED: (_REVIEW_7,),
    _S.REVIEWING: (
        _REVIEW_7,
        Term(
            "review_30",
            _("30 days: serious or doubtful, approved by the head"),
            f"{_RULES}第15条",
            30,
            0,
            _S.ACCEPTED,
        ),
        Term("review_60", _("60 days: approved by the next higher unit"), f"{_RULES}第15条", 60, 0, _S.ACCEPTED),
    ),
    _S.NOT_FILED: (
        Term("ask_7", _("7 days for the reporter to ask for reconsideration"), "程序规定第179条", 7, lapses=True),
    ),
    _S.RECONSIDERED: (Term("decide_30", _("30 days to decide on the reconsideration"), "程序规定第179条", 30),),
    _S.SUPERVISED: (
        Term("reasons_7", _("7 days to give the prosecutor reasons"), "程序规定第182条", 7),
        Term("notice_15", _("15 days to file after the prosecutor's notice"), "程序规定第182条", 15),
    ),
    _S.FILED: (_INQUIRY,),
    _S.INVESTIGATED: (
        _INQUIRY,
        Term("more_1", _("1 month of further investigation for the prosecutor"), "刑事诉讼法第175条", 0, 1),
    ),
    _S.TO_PROSECUTOR: (
        Term("prosecutor_1", _("1 month for the prosecutor to decide"), "刑事诉讼法第172条", 0, 1, _S.TO_PROSECUTOR),
        Term(
            "prosecutor_15",
            _("1 month and 15 days: serious or complex"),
            "刑事诉讼法第172条",
            15,
            1,
            _S.TO_PROSECUTOR,
        ),
    ),
    _S.PROSECUTED: (
        Term("court_2", _("2 months for the court to judge"), "刑事诉讼法第208条", 0, 2, _S.PROSECUTED),
        Term("court_3", _("3 months at the latest"), "刑事诉讼法第208条", 0, 3, _S.PROSECUTED),
    ),
    _S.PUBLIC_ORDER: (
        Term("order_30", _("30 days to conclude"), "治安管理处罚法第118条", 30, 0, _S.PUBLIC_ORDER),
        Term(
            "order_60",
            _("60 days: complex, approved by the next higher unit"),
            "治安管理处罚法第118条",
            60,
            0,
            _S.PUBLIC_ORDER,
        ),
        Term("order_90", _("90 days: extended a second time"), "治安管理处罚法第118条", 90, 0, _S.PUBLIC_ORDER),
    ),
}
"""What each step may set a clock to, the usual one first; a status that is not named here has none."""

TERM_OF: Mapping[str, Term] = {term.code: term for terms in TERMS.values() for term in terms}
NEEDS_NO_DOCUMENT: frozenset[str] = frozenset({_S.REPORTED})
"""A report is made by the members; every other step rests on a document of an authority."""


def begins(term: Term, step: str, on: date, earlier: Sequence[tuple[str, date]]) -> date:
    """The day a term runs from; `earlier` are the (status, day) of the proceeding so far, oldest first.

    A longer term of the same status runs from where that one began. A proceeding that came back to a status (further
    investigation, then the prosecutor again) begins its term anew.
    """
    if term.since != step:
        return next((day for status, day in reversed(earlier) if status == term.since), on)
    for status, day in reversed(earlier):
        if status != step:
            break
        on = day
    return on
