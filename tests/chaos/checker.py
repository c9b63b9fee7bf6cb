"""The checker: every invariant that exists so far, over the evidence of one run."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from uuid import UUID

from domain.timeline import Teller
from tests.chaos.evidence import Evidence, Violation
from tests.chaos.invariants import (
    calls,
    clocks,
    engine,
    letters,
    merges,
    pauses,
    requests,
    story,
    turns,
)

Invariant = Callable[[Evidence], Iterable[Violation]]

INVARIANTS: tuple[Invariant, ...] = (
    requests.every_request_once,
    requests.every_event_has_a_cause,
    requests.every_case_was_asked_for,
    requests.nothing_waits,
    requests.no_key_for_two_bodies,
    story.the_record_has_no_gap,
    story.the_rules_were_kept,
    story.three_places_agree,
    merges.each_is_taken_in_once,
    merges.none_goes_in_circles,
    clocks.nothing_due_was_forgotten,
    clocks.a_miss_that_is_noted_first_is_told_all_the_same,
    clocks.deadlines_are_arithmetic,
    pauses.each_ends_when_it_is_to,
    pauses.who_writes_is_waited_for_no_more,
    pauses.steps_get_their_time_back,
    turns.what_is_taken_back_stands_as_before,
    turns.questions_are_answered_by_their_role,
    turns.alerts_come_back_at_their_time,
    turns.playbooks_follow_each_other,
    letters.the_ledger_is_what_happened,
    letters.each_is_handed_over_once,
    letters.nothing_leaves_too_early_or_too_late,
    calls.each_arrives_under_its_own_id,
    calls.a_receiver_can_drop_doubles,
    calls.money_is_written_down_once,
    calls.nothing_is_asked_for_a_stopped_case,
    engine.one_workflow_a_case,
    engine.nothing_ails,
)

NOT_YET = {
    "I8": "There are no payments, so no ledger of them.",
    "I10": "There are no experiments, so nobody has a variant.",
    "I13": "There is no dashboard, so there are no figures to compute again.",
}
"""Invariants of the reliability table that have nothing to hold for in this version."""


def check(evidence: Evidence) -> list[Violation]:
    """Everything that must not be, and is."""
    return [one for invariant in INVARIANTS for one in invariant(evidence)]


def report(evidence: Evidence, found: list[Violation]) -> Iterator[str]:
    """The violations, and the whole timeline of the first case that has one."""
    for one in found[:20]:
        record = evidence.cases.get(one.case) if one.case else None
        yield f"{one.invariant} {f'E-{record.number}' if record else one.case or '':8} {one.says}"
    if len(found) > 20:
        yield f"… and {len(found) - 20} more"
    case = next((one.case for one in found if one.case in evidence.cases), None)
    if case is not None:
        yield from _timeline(evidence, case)


def _timeline(evidence: Evidence, case: UUID) -> Iterator[str]:
    record = evidence.cases[case]
    keys = {line.op_id: line.key for line in evidence.inbox}
    teller = Teller(record.playbook, {}, {}, earlier=tuple(record.books.values()))
    yield f"\nE-{record.number} {case}"
    for event in record.told:
        by = keys.get(event.op_id, "") if event.op_id else ""
        told = f"{event.seq:4} {event.at:%H:%M:%S.%f} {event.fact.fact:18} {by:8}"
        yield f"{told} {teller.sentence(event)}"
    for row in record.deliveries:
        when = f"{row.attempted_at:%H:%M:%S.%f}" if row.attempted_at else "-"
        yield f"     {row.key} {row.status} attempts={row.attempts} attempted={when}"
    life = evidence.lives.get(case)
    if life is not None:
        yield f"     workflow {life.status}, version {life.state.version if life.state else None}"


def keep(evidence: Evidence, found: list[Violation], place: Path) -> None:
    """Write everything down for whoever looks into it."""
    place.mkdir(parents=True, exist_ok=True)
    evidence.log.write(place / "asked.jsonl")
    for case, life in evidence.lives.items():
        if life.history is not None:
            (place / f"history-{case}.json").write_text(life.history, encoding="utf-8")
    (place / "found.txt").write_text("\n".join(report(evidence, found)) + "\n", encoding="utf-8")
