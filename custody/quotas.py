"""The platform's numbers: how many values may be evaluated, and how long trying all mobile numbers would take.

The key "id" is for identifiers. Custodians cannot see kinds, so a quota hangs on the key.
"""

from datetime import date, datetime, timedelta, timezone

# A day is a day of China Standard Time, at the platform and at every custodian.
CHINA = timezone(timedelta(hours=8))
KEYS = ("id",)
STANDING_DAILY = 2_000
# What an institution in a band may have evaluated of its days, in percent: who files badly looks up less. A new member
# is in band B and works with all of it.
BAND_PERCENT = {"A": 100, "B": 100, "C": 50, "D": 25}
CLIENT_BATCH = 2_000
PORTAL_BATCH = 200
ANALYST_MINUTE = 20
ANALYST_DAY = 200
# What all analysts of one institution may use of the portal's cap a day: whoever invites a hundred of them neither gets
# past the institution's own quota nor takes the portal away from the others.
INSTITUTION_PORTAL_DAY = 1_000
# What all portal analysts together may ask of one custodian a day: a malicious platform can test no more than n/t times
# this, by asking every custodian up to its cap.
PORTAL_DAILY = 5_000
PORTAL_MINUTE = 600
BUDGET_VALUES = 1_000_000
BUDGET_DAYS = 92
# Undecided budgets of one institution: nobody buries another's request under a thousand of their own.
BUDGETS_OPEN = 20
# A request id is remembered this long, so that a retry is not charged again; custodians remember it as long.
CHARGE_DAYS = 2
MOBILE_NUMBERS = 5_200_000_000


def day_of(moment: datetime) -> date:
    """The quota day a moment falls into."""
    return moment.astimezone(CHINA).date()


def standing_daily(band: str) -> int:
    """The standing budget of a day for an institution in a band (A to D)."""
    return STANDING_DAILY * BAND_PERCENT[band] // 100


def portal_daily(band: str) -> int:
    """What all analysts of an institution in a band may use together in the portal a day."""
    return INSTITUTION_PORTAL_DAY * BAND_PERCENT[band] // 100


def seconds_left(moment: datetime) -> int:
    """Seconds until the quota day ends, at least 1."""
    local = moment.astimezone(CHINA)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - local).total_seconds()))


def custodian_daily(wanted: int, t: int, n: int) -> int:
    """What each custodian should allow so that all quorums together allow `wanted` a day, but one full batch at least.

    n custodians that each allow q give n·q/t in effect (protocol.md, Quotas).
    """
    return max(-(-wanted * t // n), min(wanted, CLIENT_BATCH))


def enumeration_years(daily: int) -> float | None:
    """Years until `daily` values a day have covered every mainland mobile number; None if nothing is allowed."""
    return MOBILE_NUMBERS / daily / 365.25 if daily > 0 else None
