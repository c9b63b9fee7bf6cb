"""SLA files: policies and calendars out of a folder, or everything that is wrong with them.

A library is taken as a whole or not at all: a policy that names a calendar which is not there, or
needs longer than three years for its target, would be found out by a customer.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from activities.adapters.content_files import invalid, parse_as, read_text, refused, with_lines
from activities.adapters.holiday_days import NoSuchPlace, holidays_of
from activities.adapters.ical import read_ical
from domain.sla_lint import lint_calendar, lint_policies
from models.calendar import COMPANY, Calendar, CalendarFile, CompanyTime, DayOff, HolidaysOf
from models.errors import SlaInvalid, Trouble
from models.finding import Finding
from models.sla import PolicyFile

YEARS_BACK, YEARS_AHEAD = 2, 6
"""Holidays are found out for so many years."""

MAX_FILES = 200
MAX_BYTES = 64 * 1024
"""Of a policy or a calendar; a feed may have as much as any content file."""

Noun = TypeVar("Noun", PolicyFile, CalendarFile)


@dataclass(frozen=True)
class SlaLibrary:
    """Policies and calendars that fit together."""

    policies: tuple[PolicyFile, ...]
    calendars: tuple[Calendar, ...]


def load_library(folder: Path, company: CompanyTime, today: date) -> SlaLibrary:
    """Everything under `policies/` and `calendars/`. Raises SlaInvalid with all troubles found."""
    troubles: list[Trouble] = []
    policies = _load(folder / "policies", PolicyFile, troubles)
    files = _load(folder / "calendars", CalendarFile, troubles)
    calendars: list[Calendar] = []
    for path, found in files.items():
        try:
            calendars.append(resolve(found, path, company, today))
        except SlaInvalid as wrong:
            troubles += wrong.troubles
    if not troubles:
        found_wrong = lint_policies(tuple(policies.values()), tuple(calendars), today)
        for path, policy in policies.items():
            troubles += _troubles(found_wrong.get(policy.slug, ()), path)
    if troubles:
        raise invalid(folder.name, troubles, SlaInvalid)
    return SlaLibrary(tuple(policies.values()), tuple(calendars))


def load_policy(path: Path) -> PolicyFile:
    """One policy out of a file of any name, for a draft. Raises SlaInvalid with all troubles."""
    text = read_text(path, SlaInvalid, at_most=MAX_BYTES)
    return parse_as(PolicyFile, text, path.name, SlaInvalid)


def require_fit(
    path: Path,
    draft: PolicyFile,
    others: tuple[PolicyFile, ...],
    calendars: tuple[Calendar, ...],
    today: date,
) -> None:
    """Let a draft pass that fits those that are published. Raises SlaInvalid with its troubles."""
    _refuse(path, *lint_policies((*others, draft), calendars, today)[draft.slug])


def _load(folder: Path, noun: type[Noun], troubles: list[Trouble]) -> dict[Path, Noun]:
    found: dict[Path, Noun] = {}
    for path in sorted(folder.glob("*.yaml"))[:MAX_FILES]:
        try:
            text = read_text(path, SlaInvalid, at_most=MAX_BYTES)
            one = parse_as(noun, text, path.name, SlaInvalid)
        except SlaInvalid as wrong:
            troubles += wrong.troubles
            continue
        found[path] = one
        if one.slug != path.stem:
            what = f"the slug is `{one.slug}`, and the file is called `{path.name}`"
            mend = f"Call the file `{one.slug}.yaml`."
            troubles.append(Trouble(where=f"{path.name}:1 slug", what=what, mend=mend))
    return found


def resolve(found: CalendarFile, path: Path, company: CompanyTime, today: date) -> Calendar:
    """A calendar with its zone, holidays and feeds found out. Raises SlaInvalid."""
    zone = company.zone if found.zone == COMPANY else found.zone
    if not is_zone(zone):
        what = f"`{zone}` is no time zone that we know"
        _refuse(path, Finding(where="zone", what=what, mend="Such as Europe/Berlin."))
    calendar = Calendar(
        slug=found.slug,
        name=found.name,
        owner=found.owner,
        zone=zone,
        weekly=found.weekly,
        days_off=_days_off(found, path, company, today, zone),
        known_from=_first(today),
        known_until=date(today.year + YEARS_AHEAD, 1, 1),
    )
    _refuse(path, *lint_calendar(calendar, today))
    return calendar


def is_zone(name: str) -> bool:
    """Whether this is a time zone that the machine knows."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, a folder, or a way out of the database
        return False
    return True


def _first(today: date) -> date:
    return date(today.year - YEARS_BACK, 1, 1)


def _days_off(
    found: CalendarFile, path: Path, company: CompanyTime, today: date, zone: str
) -> tuple[DayOff, ...]:
    days = list(found.days)
    for number, place in enumerate(found.holidays):
        for one in company.holidays if place.country == COMPANY else (place,):
            days += _holidays(one, path, number, today)
    for number, name in enumerate(found.feeds):
        days += _feed(path, number, name, zone)
    return tuple(sorted(set(days), key=lambda day: (day.on, day.name, day.closed)))


def _holidays(place: HolidaysOf, path: Path, number: int, today: date) -> list[DayOff]:
    try:
        return list(holidays_of(place, _first(today), date(today.year + YEARS_AHEAD, 1, 1)))
    except NoSuchPlace:
        part = f"-{place.subdivision}" if place.subdivision else ""
        what = f"no holidays are known of `{place.country}{part}`"
        where = f"holidays.{number}.country"
        _refuse(path, Finding(where=where, what=what, mend="Check its letters."))
        return []


def _feed(path: Path, number: int, name: str, zone: str) -> tuple[DayOff, ...]:
    if Path(name).name != name or not name.endswith(".ics"):
        what, mend = f"`{name}` is not the name of a file beside this one", "Such as days.ics."
        _refuse(path, Finding(where=f"feeds.{number}", what=what, mend=mend))
    days, flaws = read_ical(read_text(path.parent / name, SlaInvalid), zone)
    if flaws:
        raise refused(name, flaws, SlaInvalid)
    return days


def _refuse(path: Path, *findings: Finding) -> None:
    if findings:
        raise invalid(path.name, _troubles(findings, path), SlaInvalid)


def _troubles(findings: tuple[Finding, ...], path: Path) -> list[Trouble]:
    told = with_lines(findings, read_text(path, SlaInvalid), path.name) if findings else ()
    return [Trouble(where=one.where, what=one.what, mend=one.mend) for one in told]
