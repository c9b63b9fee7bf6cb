"""What cannot be kept is not promised: a policy whose hours never add up to it is refused."""

from datetime import date, timedelta

from hypothesis import given, settings, strategies as st

from domain.business_hours import materialise
from domain.open_hours import HORIZON, by_slug
from domain.sla_clock import Course, count
from domain.sla_lint import lint_calendar, lint_policies
from models.calendar import WEEKDAYS, DayOff
from models.severity import Severity
from models.sla import Era, PolicyFile
from tests.domain.calendars import calendar, daily, utc

TODAY = date(2026, 11, 22)
SPARSE = st.sampled_from(["00:00-00:01", "12:00-12:10", "09:00-10:00", "09:00-17:00"])


def policy(resolution: timedelta, **given: object) -> PolicyFile:
    """A policy that owes a solution within so much of the shop's hours."""
    target = {"first_response": "1m", "resolution": resolution}
    return PolicyFile.model_validate(
        {
            "slug": "mine", "name": "Mine", "owner": "us", "order": 1, "calendar": "shop",
            "when": {"always": True}, "targets": dict.fromkeys(Severity, target), **given,
        }
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    day=st.sampled_from(WEEKDAYS),
    span=SPARSE,
    days=st.integers(1, 399),
    zone=st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]),
    later=st.integers(0, 100 * 86_400),
)
def test_a_policy_is_refused_exactly_when_its_hours_do_not_add_up_to_it_in_time(
    day: object, span: str, days: int, zone: str, later: int
) -> None:
    shop = calendar({day: (span,)}, zone)
    mine = policy(timedelta(hours=days))
    refused = lint_policies((mine,), (shop,), TODAY)["mine"]
    known = materialise(shop, "shop@1", utc("2026-11-22 00:00"), utc("2030-06-01 00:00"))
    start = utc("2026-11-22 00:00") + timedelta(seconds=later)
    way = Course(by_slug([known]), start, (Era(since=start, calendar="shop"),))
    due_at = count(way, timedelta(hours=days)).due_at
    slack = timedelta(days=15)  # it depends on the day of the week by a week at most
    if refused:
        assert due_at is None or due_at - start > HORIZON - slack
    else:
        assert due_at is not None or _nearly(way, timedelta(hours=days), slack)


def _nearly(way: Course, target: timedelta, slack: timedelta) -> bool:
    """Whether only a few weeks were missing."""
    a_week = timedelta(hours=8) * (slack // timedelta(days=7) + 1)
    return count(way, max(target - a_week, timedelta(0))).due_at is not None


def test_a_calendar_that_days_off_close_for_a_year_is_refused_trap_8() -> None:
    first = TODAY
    shut = tuple(DayOff(on=first + timedelta(days=n), name="Shut") for n in range(-1, 368))
    assert lint_calendar(calendar(daily("09:00-17:00"), days_off=shut), TODAY)
    assert not lint_calendar(calendar(daily("09:00-17:00"), days_off=shut[:-3]), TODAY)


def test_a_house_without_a_policy_for_every_case_is_told() -> None:
    when = {"field": "severity", "op": "is", "value": "low"}
    picky = policy(timedelta(hours=1), when=when)
    [told] = lint_policies((picky,), (calendar(),), TODAY)["mine"]
    assert "may fit no policy" in told.what


def test_nobody_hands_a_case_to_an_admin_who_works_on_none_trap_30() -> None:
    given = {"calendar": "24/7", "on_breach": [{"notify": "managers"}, {"hand_to": "admin"}]}
    [found] = lint_policies((policy(timedelta(hours=1), **given),), (), TODAY)["mine"]
    assert (found.where, found.mend) == ("on_breach.1.hand_to", "Use agent, senior or manager.")
    given = {"calendar": "24/7", "on_breach": [{"hand_to": "manager"}]}
    assert lint_policies((policy(timedelta(hours=1), **given),), (), TODAY) == {"mine": ()}
