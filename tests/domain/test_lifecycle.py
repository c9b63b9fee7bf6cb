"""What may happen in which status: one table, one test, one page."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.decide import decide
from domain.due import due
from domain.lifecycle import COMMANDS, OVER, TIMERS, Timer, require
from models import event as ev
from models.actor import ENGINE, Role
from models.alert import Alert, AlertFor, AlertKind
from models.command import (
    Absorb,
    Acknowledge,
    AddNote,
    Assign,
    Cancel,
    Change,
    ChangePlaybook,
    Command,
    CommandKind,
    CompleteStep,
    Delegate,
    EndEffect,
    HandUp,
    Merge,
    MoveClock,
    NoteReading,
    Open,
    Pause,
    Reopen,
    Resolve,
    Resume,
    SkipStep,
    SnoozeAlert,
    SnoozeStep,
    Tick,
    Undo,
)
from models.delivery import DeliveryStatus
from models.errors import (
    AlertUnknown,
    EscalationClosed,
    NotInThisStatus,
    PlaybookNotAdoptable,
    RightnowError,
    StepNotOpen,
    UndoTooLate,
)
from models.escalation import EscalationState, Status, StepRun, StepStatus
from models.sla import Pause as Pausing
from models.step import StepKind
from tests.domain import cases
from tests.domain.cases import DAY, HOUR, MINUTE, NOON
from tests.domain.world import World, none_end

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"

SAMPLES: dict[CommandKind, Command] = {
    CommandKind.OPEN: Open(),
    CommandKind.COMPLETE_STEP: CompleteStep(step="ask-24h", outcome="happy"),
    CommandKind.SKIP_STEP: SkipStep(step="ask-24h", reason_id=cases.REASON),
    CommandKind.SNOOZE_STEP: SnoozeStep(step="ask-24h", until=NOON + DAY + HOUR),
    CommandKind.RECORD_MESSAGE: cases.message(),
    CommandKind.ADD_NOTE: AddNote(content_id=cases.WORDS),
    CommandKind.ASSIGN: Assign(assignee_id=cases.BEN.id),
    CommandKind.DELEGATE: Delegate(step="ask-24h", to_id=UUID(int=3), to_role=Role.SENIOR),
    CommandKind.HAND_UP: HandUp(reason_id=cases.REASON),
    CommandKind.UNDO: Undo(undone=UUID(int=1)),
    CommandKind.CHANGE: Change(appointment_at=NOON + DAY),
    CommandKind.RESOLVE: Resolve(),
    CommandKind.REOPEN: Reopen(),
    CommandKind.CANCEL: Cancel(),
    CommandKind.MERGE: Merge(into_id=UUID(int=77), into_number=77, into_customer_id=UUID(int=9002)),
    CommandKind.ABSORB: Absorb(from_id=UUID(int=78), from_number=78, received_at=NOON),
    CommandKind.CHANGE_PLAYBOOK: ChangePlaybook(
        playbook=cases.REF, document=cases.RESCUE, seen="nothing"
    ),
    CommandKind.PAUSE: Pause(reason_id=cases.REASON),
    CommandKind.RESUME: Resume(),
    CommandKind.MOVE_CLOCK: MoveClock(offset=DAY),
    CommandKind.ACKNOWLEDGE: Acknowledge(alert=1),
    CommandKind.SNOOZE_ALERT: SnoozeAlert(alert=1, until=NOON + 2 * DAY),
    CommandKind.NOTE_READING: NoteReading(content_id=cases.WORDS),
    CommandKind.TICK: Tick(),
    CommandKind.END_EFFECT: EndEffect(key="no/1/step_letter/such", status=DeliveryStatus.SENT),
}

OWN_REASONS: dict[CommandKind, type[RightnowError]] = {
    CommandKind.ACKNOWLEDGE: AlertUnknown,
    CommandKind.SNOOZE_ALERT: AlertUnknown,
    CommandKind.DELEGATE: StepNotOpen,
    CommandKind.CHANGE_PLAYBOOK: PlaybookNotAdoptable,
    CommandKind.UNDO: UndoTooLate,
}
"""Commands that the status allows, and that find nothing to do in this case."""


def a_case_that_stands(status: Status) -> World:
    """A case in this status, in which the promise `ask-24h` can be kept."""
    world = World()
    world.done("call-now", "reached")
    for run, outcome in (("check-bill", "right"), ("make-offer", "accepted")):
        world.done(run, outcome)
    world.done("write-letter", "later")
    world.sleep(DAY)
    if status is Status.PAUSED:
        world.do(Pause(reason_id=cases.REASON), cases.PRIYA)
        return world
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
        own = OWN_REASONS.get(kind)
        assert refused is None if own is None else type(refused) is own
        return
    assert type(refused) is (EscalationClosed if status in OVER else NotInThisStatus)
    assert str(status) in refused.detail
    assert world.state is before


RINGS = {
    Timer.SLA: "SLA",
    Timer.PAUSE: "end the pause",
    Timer.STEP: "remind step own",
    Timer.PROMISE: "remind step promised",
    Timer.DELIVERY: "send",
    Timer.CLAIM: "free the case",
    Timer.ALERT: "bring an alert back",
    Timer.CLOSING: "close",
}
RUNG: dict[Timer, Any] = {
    Timer.SLA: ev.ClockWarned | ev.ClockBreached,
    Timer.PAUSE: ev.Resumed,
    Timer.STEP: ev.StepReminded | ev.StepEnded,
    Timer.PROMISE: ev.StepReminded | ev.StepEnded,
    Timer.DELIVERY: ev.EffectBegun,
    Timer.CLAIM: ev.ClaimLapsed,
    Timer.ALERT: ev.AlertReturned,
    Timer.CLOSING: ev.Closed,
}


ASLEEP = Alert(
    n=1,
    kind=AlertKind.HIGH_VALUE,
    occasion="value",
    audience=AlertFor.MANAGERS,
    raised_at=NOON,
    expires_at=NOON + 3 * DAY,
    snoozed_until=NOON + DAY,
)


def with_one_deadline(timer: Timer, status: Status) -> EscalationState:
    """A state in which only this timer could ring."""
    world = World(cases.task("own"))
    run = world.run("own")
    bare = {"status": status, "steps": (), "clocks": (), "effects": ()}
    kept: dict[str, Any] = {
        Timer.SLA: {"clocks": world.state.clocks},
        Timer.PAUSE: {"pauses": (Pausing(from_at=NOON, until=NOON + HOUR, stops=()),)},
        Timer.STEP: {"steps": (run,)},
        Timer.PROMISE: {"steps": (run.model_copy(update={"id": "promised", "promised": True}),)},
        Timer.CLAIM: {"assignee_id": cases.BEN.id, "claimed_until": NOON + DAY},
        Timer.ALERT: {"alerts": (ASLEEP,)},
        Timer.CLOSING: {"closes_at": NOON + DAY},
    }
    if timer is Timer.DELIVERY:
        letter = World(cases.step("email", "letter", "sent!"), postman=none_end)
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
        assert COMMANDS[status] == {
            CommandKind.TICK,
            CommandKind.END_EFFECT,
            CommandKind.NOTE_READING,
        }
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
    world.do(Pause(reason_id=cases.REASON), cases.PRIYA)
    deadline = due(world.state.model_copy(update={"steps": (own, promised)}))
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
        "What the customer writes to a resolved case opens it again, unless it only says thanks or",
        "a robot wrote it.",
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
