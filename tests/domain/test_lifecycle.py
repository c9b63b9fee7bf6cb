"""What may happen in which status: one table, one test, one page."""

from pathlib import Path
from typing import Any

import pytest

from domain.decide import decide
from domain.due import due
from domain.lifecycle import COMMANDS, OVER, TIMERS, Timer, require
from models import event as ev
from models.actor import ENGINE
from models.command import (
    AddNote,
    Assign,
    Cancel,
    Change,
    Command,
    CommandKind,
    CompleteStep,
    EndEffect,
    MoveClock,
    Open,
    Reopen,
    Resolve,
    SkipStep,
    Tick,
)
from models.delivery import DeliveryStatus
from models.errors import EscalationClosed, NotInThisStatus, RightnowError
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.step import StepKind
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON, World

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"

SAMPLES: dict[CommandKind, Command] = {
    CommandKind.OPEN: Open(),
    CommandKind.COMPLETE_STEP: CompleteStep(step="ask-24h", outcome="happy"),
    CommandKind.SKIP_STEP: SkipStep(step="ask-24h", reason_id=cases.REASON),
    CommandKind.RECORD_MESSAGE: cases.message(),
    CommandKind.ADD_NOTE: AddNote(content_id=cases.WORDS),
    CommandKind.ASSIGN: Assign(assignee_id=cases.BEN.id),
    CommandKind.CHANGE: Change(appointment_at=NOON + DAY),
    CommandKind.RESOLVE: Resolve(),
    CommandKind.REOPEN: Reopen(),
    CommandKind.CANCEL: Cancel(),
    CommandKind.MOVE_CLOCK: MoveClock(offset=DAY),
    CommandKind.TICK: Tick(),
    CommandKind.END_EFFECT: EndEffect(key="no/1/step_letter/such", status=DeliveryStatus.SENT),
}


def a_case_that_stands(status: Status) -> World:
    """A case in this status, in which the promise `ask-24h` can be kept."""
    world = World()
    world.done("call-now", "reached")
    for run, outcome in (("check-bill", "right"), ("make-offer", "accepted")):
        world.done(run, outcome)
    world.done("write-letter", "later")
    world.sleep(DAY)
    world.state = world.state.model_copy(update={"status": status})
    return world


@pytest.mark.parametrize("kind", CommandKind)
@pytest.mark.parametrize("status", Status)
def test_a_status_allows_what_the_table_says_and_refuses_the_rest(
    status: Status, kind: CommandKind
) -> None:
    world = a_case_that_stands(status)
    before = world.state
    refused: RightnowError | None = None
    if (status, kind) == (Status.OPENING, CommandKind.OPEN):
        require(status, kind)  # The opening itself: `begin` answers it.
        return
    try:
        world.do(SAMPLES[kind], ENGINE)
    except RightnowError as error:
        refused = error
    if kind in COMMANDS[status]:
        assert refused is None
        return
    assert type(refused) is (EscalationClosed if status in OVER else NotInThisStatus)
    assert str(status) in refused.detail
    assert world.state is before


RINGS = {
    Timer.SLA: "SLA",
    Timer.STEP: "remind step own",
    Timer.PROMISE: "remind step promised",
    Timer.DELIVERY: "send",
    Timer.CLOSING: "close",
}
RUNG: dict[Timer, Any] = {
    Timer.SLA: ev.ClockWarned | ev.ClockBreached,
    Timer.STEP: ev.StepReminded | ev.StepEnded,
    Timer.PROMISE: ev.StepReminded | ev.StepEnded,
    Timer.DELIVERY: ev.EffectBegun,
    Timer.CLOSING: ev.Closed,
}


def with_one_deadline(timer: Timer, status: Status) -> EscalationState:
    """A state in which only this timer could ring."""
    world = World(cases.task("own"))
    run = world.run("own")
    bare = {"status": status, "steps": (), "clocks": (), "effects": ()}
    kept: dict[str, Any] = {
        Timer.SLA: {"clocks": world.state.clocks},
        Timer.STEP: {"steps": (run,)},
        Timer.PROMISE: {"steps": (run.model_copy(update={"id": "promised", "promised": True}),)},
        Timer.CLOSING: {"closes_at": NOON + DAY},
    }
    if timer is Timer.DELIVERY:
        letter = World(cases.step("email", "letter", "sent!"), postman=cases.none_end)
        letter.done("letter", "sent")
        kept[timer] = {"effects": letter.state.effects}
    return world.state.model_copy(update={**bare, **kept[timer]})


@pytest.mark.parametrize("timer", Timer)
@pytest.mark.parametrize("status", Status)
def test_a_timer_rings_only_in_the_statuses_of_the_table(status: Status, timer: Timer) -> None:
    state = with_one_deadline(timer, status)
    deadline = due(state)
    if timer not in TIMERS[status]:
        assert deadline is None
        if status is Status.OPENING:
            return
        book = cases.book_of(cases.playbook(cases.task("own")))
        told = decide(book, state, Tick(), NOON + 20 * DAY, ENGINE)
        assert not [one for one in told if isinstance(one.fact, RUNG[timer])]
        return
    assert deadline is not None
    assert RINGS[timer] in deadline.what


def test_the_statuses_that_nothing_leads_out_of_take_no_command_of_a_person() -> None:
    for status in OVER:
        assert COMMANDS[status] == {CommandKind.TICK, CommandKind.END_EFFECT}
        assert TIMERS[status] == {Timer.DELIVERY}


def test_a_status_with_timers_takes_ticks() -> None:
    for status in Status:
        assert (CommandKind.TICK in COMMANDS[status]) == bool(TIMERS[status])


def test_a_step_of_a_paused_case_waits_and_its_promises_go_on() -> None:
    promised = StepRun(
        id="p", step="own", kind=StepKind.TASK, status=StepStatus.OPEN, promised=True,
        due_at=NOON, remind_at=NOON + HOUR,
    )  # fmt: skip
    own = promised.model_copy(update={"id": "o", "promised": False, "remind_at": NOON + MINUTE})
    world = World(cases.task("own"))
    paused = world.state.model_copy(update={"status": Status.PAUSED, "steps": (own, promised)})
    deadline = due(paused)
    assert deadline is not None
    assert deadline.what == "remind step p"


def lifecycle_page() -> str:
    """The page `docs/lifecycle.md`, made from the two tables."""
    lines = [
        "# Lifecycle",
        "",
        "Where a case stands, what can be done to it there, and which timers run. Made from the",
        "tables in `domain/lifecycle.py`; write it anew with",
        "`python -m tests.domain.test_lifecycle`.",
        "",
        "Resolved is not closed: promises to the customer go on, and for 14 days the case can be",
        "reopened. After that it closes, though never before its last promise is kept or given up.",
        "",
        "## What can be done",
        "",
        *_table("what", COMMANDS, tuple(CommandKind)),
        "",
        "In a resolved case only promised steps are left to finish or skip, and of its facts only",
        "the appointment can change, because promises hang on it. `tick` and `end_effect` come",
        "from the engine: time has come, and a delivery has ended. Anything else is refused with",
        "`not-in-this-status`, or with `escalation-closed` once the case is cancelled, merged or",
        "closed.",
        "",
        "## Which timers run",
        "",
        *_table("timer", TIMERS, tuple(Timer)),
        "",
        "After the end only deliveries that are already on their way are waited for.",
        "",
    ]
    return "\n".join(lines)


def _table(what: str, table: Any, rows: tuple[Any, ...]) -> list[str]:
    heads = [what, *(str(status) for status in Status)]
    lines = [f"| {' | '.join(heads)} |", f"|---{'|:-:' * len(Status)}|"]
    for row in rows:
        marks = ["yes" if row in table[status] else "" for status in Status]
        lines.append(f"| {' | '.join([str(row), *marks])} |")
    return lines


def test_the_page_about_the_lifecycle_says_what_the_tables_say() -> None:
    assert PAGE.read_text() == lifecycle_page(), "run: python -m tests.domain.test_lifecycle"


if __name__ == "__main__":
    PAGE.write_text(lifecycle_page())
