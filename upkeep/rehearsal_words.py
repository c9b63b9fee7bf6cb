"""A rehearsal in plain words: totals first, then each case that would have been different."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rich.markup import escape

from domain.clock_words import CLOCK_NAMES
from models.rehearsal import (
    CaseRehearsal,
    ClockSum,
    Countdown,
    CountdownChange,
    LeftOut,
    OtherPlaybook,
    PlaybookRehearsal,
    SlaRehearsal,
)

_HONEST = (
    "Everybody does here what they did. What people would have done otherwise, with other time"
    " limits before them, is not known."
)
_NOTHING = "No case would have been different."
_NONE_YET = "No case has ended yet: there is nothing to go through."


def sla_lines(told: SlaRehearsal, draft: str, url: str | None) -> list[str]:
    """What a draft of SLA rules would have changed."""
    lines = [f"[bold]{escape(draft)}[/], rehearsed with {_ended(told.cases)}."]
    if not told.cases and not told.left_out:
        return [*lines, _NONE_YET]
    lines += [_HONEST, ""]
    for one in told.clocks:
        lines += _sum(one)
    lines += [f"Notices to us: {told.notices_before} -> {told.notices_after}", ""]
    if told.long_pauses:
        many = _cases(told.long_pauses)
        lines += [f"{many}: on hold for longer than the draft allows. Taken as it was.", ""]
    lines += [_verdict(len(told.changed), told.cases)]
    for case in told.changed:
        lines += _case(case, url)
    return lines + _left_out(told.left_out)


def playbook_lines(told: PlaybookRehearsal, draft: str, url: str | None) -> list[str]:
    """Which cases would have begun with another playbook."""
    lines = [f"[bold]{escape(draft)}[/], rehearsed with {_ended(told.cases)}."]
    if not told.cases and not told.left_out:
        return [*lines, _NONE_YET]
    lines += [
        "Each is matched anew as it was when it was opened: with the published playbooks, and with"
        " this draft among them. How they would have gone on is not known.",
        "",
        f"{told.slug}: begins {told.chosen} of {told.cases}"
        f" ({told.gained} more than now, {told.lost} fewer); suggested for {told.suggested}.",
        _verdict(len(told.changed), told.cases),
    ]
    lines += [_other(one, url) for one in told.changed]
    return lines + _left_out(told.left_out)


def _sum(one: ClockSum) -> list[str]:
    missed = f"missed {one.missed_before} of {one.targets_before}"
    missed += f" -> {one.missed_after} of {one.targets_after}"
    if one.newly_missed or one.no_longer_missed:
        missed += f" ({one.newly_missed} newly, {one.no_longer_missed} no longer)"
    moved = f"{one.earlier} earlier, {one.later} later"
    warnings = f"warnings {one.warnings_before} -> {one.warnings_after}"
    return [f"[bold]{CLOCK_NAMES[one.kind]:13}[/] {missed}; {moved}; {warnings}"]


def _case(case: CaseRehearsal, url: str | None) -> list[str]:
    rules = case.policy_after
    if case.policy_before != case.policy_after:
        rules = f"{case.policy_before} -> {case.policy_after}"
    head = f"{_linked(case.number, case.id, url)}  {escape(rules)}"
    if not case.changes:
        notices = f"notices {case.before.notices} -> {case.after.notices}"
        return [head, f"    {notices}"]
    return [head, *(f"    {_change(one)}" for one in case.changes)]


def _change(one: CountdownChange) -> str:
    name = CLOCK_NAMES[one.kind]
    if one.before is None or one.after is None:
        there = one.before or one.after
        was = "was there, would not be" if one.after is None else "would be there, was not"
        told = f" (due {_at(there.due_at)}, {_fate(there)})" if there else ""
        return f"{name} {was}{told}"
    due = _at(one.before.due_at)
    if one.before.due_at != one.after.due_at:
        due += f" -> {_at(one.after.due_at)}"
    fate = _fate(one.before)
    if fate != _fate(one.after):
        fate += f" -> {_fate(one.after)}"
    if one.before.warnings != one.after.warnings:
        fate += f"; warnings {one.before.warnings} -> {one.after.warnings}"
    return f"{name} due {due}: {fate}"


def _fate(one: Countdown) -> str:
    if one.misses > 1:
        return f"missed {one.misses} times"
    return "missed" if one.misses else "kept"


def _other(one: OtherPlaybook, url: str | None) -> str:
    change = f"{one.before or 'none fits'} -> {one.after or 'none fits'}"
    told = f"{_linked(one.number, one.id, url)}  {escape(change)}"
    if one.had != one.before:
        told += f" (it began with {escape(one.had)})"
    return f"{told}  {escape(one.why)}" if one.why else told


def _left_out(left_out: Sequence[LeftOut]) -> list[str]:
    if not left_out:
        return []
    lines = ["", f"Left out: {_cases(len(left_out))}."]
    for why, count in Counter(one.why for one in left_out).most_common():
        named = [one.number for one in left_out if one.why == why][:20]
        more = f" and {count - len(named)} more" if count > len(named) else ""
        lines.append(f"    {', '.join(named)}{more}: {escape(why)}")
    return lines


def _verdict(changed: int, cases: int) -> str:
    return f"{changed} of {_cases(cases)} would have been different:" if changed else _NOTHING


def _linked(number: str, case_id: UUID, url: str | None) -> str:
    if url is None:
        return f"[bold]{number}[/]"
    return f"[bold link={url.rstrip('/')}/api/v1/cs/escalations/{case_id}]{number}[/]"


def _ended(count: int) -> str:
    return "1 ended case" if count == 1 else f"{count} ended cases"


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
