"""Another playbook for a case that runs: a newer version of its own, or another one altogether.

Of another version what was done stays done, what is open goes on under the step of the same id,
and what is new and not yet passed comes in its turn. Another playbook is played from its beginning.
What was promised to the customer stays in either case, as it was promised.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime

from domain import clocks, effects, steps
from domain.story import Story
from models.actor import ENGINE
from models.command import ChangePlaybook
from models.errors import PlaybookNotAdoptable, PreviewStale
from models.escalation import EscalationState, StepRun, StepStatus
from models.event import PlaybookChanged, StepCarried
from models.messages import Book, Kept
from models.playbook import LAST_STEP, Playbook, PlaybookRef
from models.playbook_change import ChangePlan, Fate, StepFate
from models.sla import ClockKind
from models.step import Step, StepKind, doer

_MADE = (StepStatus.WAITING, StepStatus.OPEN)
_ON_ITS_WAY = "The money is on its way."
_NOT_ALONE = (StepKind.CREDIT, StepKind.APPROVAL)
"""Money and the question about it mean nothing without the playbook that they belong to."""

_FIRST = "We promised this to the customer: keep it first."


def change(story: Story, command: ChangePlaybook) -> None:
    """Let the case go on by another playbook, exactly as the preview said.

    Raises PlaybookNotAdoptable when something stands in the way, and PreviewStale when something
    else would happen now than what was looked at.
    """
    plan = preview(story.book, story.state, command, story.now)
    if not plan.possible:
        found = next(one for one in plan.fates if one.fate is Fate.CANNOT)
        raise PlaybookNotAdoptable(f"The step {found.step}: {found.why}")
    if plan.token != command.seen:
        raise PreviewStale("Something happened to the case since. Look at the preview again.")
    _carry_out(story, command)


def preview(
    book: Book, state: EscalationState, command: ChangePlaybook, now: datetime
) -> ChangePlan:
    """What would become of each step. Raises PlaybookNotAdoptable for the version that it has."""
    if command.playbook == state.playbook:
        raise PlaybookNotAdoptable("The case goes by this version already.")
    fates = [_stays(book, run) for run in state.steps if run.ended and run.status not in _DROPPED]
    fates += [_fate(book, state, run, command) for run in state.steps if not run.ended]
    if all(one.fate is not Fate.CANNOT for one in fates):
        trial = Story(book, state, now, ENGINE, None)
        _carry_out(trial, command)
        fates += _new(trial.state, command.document, len(state.steps))
    named = [[one.step, one.fate] for one in fates]
    told = json.dumps([str(state.id), str(state.playbook), command.playbook.hash, named])
    return ChangePlan(
        playbook=str(command.playbook),
        previous=str(state.playbook),
        swaps=_swaps(state, command),
        fates=tuple(fates),
        token=hashlib.sha256(told.encode("utf-8")).hexdigest()[:32],
    )


_DROPPED = (StepStatus.CANCELLED,)


def book_after(book: Book, document: Playbook, state: EscalationState) -> Book:
    """What the case is pinned to after the change, given its state then."""
    kept: dict[str, Kept] = {}
    for run in state.steps:
        if run.of is not None and not run.ended:
            kept[run.step] = Kept(of=run.of, step=book.step(run.step))
    return book.model_copy(update={"playbook": document, "kept": tuple(kept.values())})


def _swaps(state: EscalationState, command: ChangePlaybook) -> bool:
    return command.playbook.slug != state.playbook.slug


def _stays(book: Book, run: StepRun) -> StepFate:
    step = book.find(run.step)
    return StepFate(step=run.id, title=step.title if step else run.step, fate=Fate.STAYS)


def _fate(book: Book, state: EscalationState, run: StepRun, command: ChangePlaybook) -> StepFate:
    """What becomes of a run that has not ended."""
    old, new = book.step(run.step), _find(command.document, run.step)
    fate, why = _judged(state, run, old, new, command)
    return StepFate(step=run.id, title=old.title, fate=fate, why=why)


def _judged(
    state: EscalationState, run: StepRun, old: Step, new: Step | None, command: ChangePlaybook
) -> tuple[Fate, str | None]:
    promise = run.promised and run.status in _MADE
    if run.step == LAST_STEP:
        more = _swaps(state, command) or _added(state, command)
        return (Fate.VANISHES, None) if more else (Fate.GOES_ON, None)
    if new is None:
        if promise and old.kind in _NOT_ALONE:
            return Fate.CANNOT, _FIRST
        return (Fate.PROMISED, None) if promise else (Fate.VANISHES, _money(state, run))
    if _swaps(state, command) or _foreign(run, command):
        if promise:
            return Fate.CANNOT, f"The other playbook has a step of that name. {_FIRST}"
        return Fate.VANISHES, _money(state, run)
    if new.kind is not old.kind:
        if promise:
            return Fate.CANNOT, f"It is another kind of step there. {_FIRST}"
        return Fate.VANISHES, "It is another kind of step there, and begins anew."
    chosen = run.outcome is None or any(one.id == run.outcome for one in new.outcomes)
    if not chosen:
        return Fate.CANNOT, "Money was asked for, in a way that it has no more. Wait for its end."
    return Fate.GOES_ON, None


def _foreign(run: StepRun, command: ChangePlaybook) -> bool:
    """Whether a promise was made by another playbook: a step of its name is not the same one."""
    return run.of is not None and run.of.slug != command.playbook.slug


def _money(state: EscalationState, run: StepRun) -> str | None:
    begun = any(effect.step == run.id and effect.begun for effect in state.effects)
    return _ON_ITS_WAY if run.amount is not None and begun else None


def _new(after: EscalationState, document: Playbook, known: int) -> Iterator[StepFate]:
    """The steps that have no run yet, or got one by the change."""
    began = {run.step: run for run in after.steps[known:]}
    since = after.played_from
    before = {run.step for run in after.steps[since:known]}
    for step in (*document.steps, document.last_step):
        run = began.get(step.id)
        if run is not None:
            fate = Fate.PASSED if run.status is StepStatus.SKIPPED else Fate.NEW
            yield StepFate(step=run.id, title=step.title, fate=fate)
        elif step.id not in before and step.id != LAST_STEP:
            yield StepFate(step=step.id, title=step.title, fate=Fate.LATER)


def _carry_out(story: Story, command: ChangePlaybook) -> None:
    book, before, document = story.book, story.state, command.document
    swaps, ref = _swaps(before, command), command.playbook
    fates = {run.id: _fate(book, before, run, command) for run in before.steps if not run.ended}
    anew = [] if swaps else [*_of_another_kind(book, before, fates, document)]
    passed = [] if swaps else [*_passed(before, command)]
    for run in before.steps:
        if run.id in fates and fates[run.id].fate is Fate.VANISHES:
            _drop(story, run, f"{ref} does not have it."[:200])
    story.tell(PlaybookChanged(playbook=ref, previous=before.playbook, swaps=swaps))
    for run in before.steps:
        if run.id in fates:
            _carry(story, book, run, fates[run.id].fate, before.playbook)
    story.book = book_after(book, document, story.state)
    for step in passed:
        run_id = steps.next_id(story.state, step)
        why = "The case was past it when the playbook changed."
        steps.end(story, run_id, step, StepStatus.SKIPPED, why=why)
    effects.take_back(story, letters=False, why="The playbook was changed.")
    _count_to(story, book)
    for step in document.first_steps if swaps else anew:
        steps.start_again(story, step, None)
    steps.advance(story)


def _drop(story: Story, run: StepRun, why: str) -> None:
    """End a run that the new playbook does not have; money that left is on its way."""
    step = story.book.step(run.step)
    if _money(story.state, run) is not None:
        steps.end(story, run.id, step, StepStatus.DONE, why=_ON_ITS_WAY)
        return
    effects.take_back_of(story, run.id, why)
    steps.end(story, run.id, step, StepStatus.CANCELLED, why=why)


def _carry(story: Story, book: Book, run: StepRun, fate: Fate, previous: PlaybookRef) -> None:
    """Keep a promise as it was made; or let one that was kept go on as the new playbook says."""
    if fate is Fate.PROMISED and run.of is None:
        owner = doer(book.step(run.step))
        story.tell(StepCarried(run=run.id, step=run.step, of=previous, owner=owner))
    elif fate is Fate.GOES_ON and run.of is not None:
        story.tell(StepCarried(run=run.id, step=run.step, of=None, owner=None))


def _count_to(story: Story, old: Book) -> None:
    """Let the solution's clock count to what the new playbook allows."""
    if old.playbook.resolve_within != story.book.playbook.resolve_within:
        clocks.count_to(story, ClockKind.RESOLUTION)


def _of_another_kind(
    book: Book, state: EscalationState, fates: dict[str, StepFate], document: Playbook
) -> Iterator[Step]:
    """Steps whose run ends because they are of another kind now: they begin anew."""
    for run in state.steps:
        new = _find(document, run.step)
        gone = run.id in fates and fates[run.id].fate is Fate.VANISHES
        if gone and new in document.steps and new.kind is not book.step(run.step).kind:
            yield new


def _added(state: EscalationState, command: ChangePlaybook) -> bool:
    """Whether the new version has a step that the case has no run of and is not past."""
    passed = {step.id for step in _passed(state, command)}
    begun = {run.step for run in state.steps[state.played_from :]}
    return any(step.id not in begun | passed for step in command.document.steps)


def _passed(state: EscalationState, command: ChangePlaybook) -> Iterator[Step]:
    """Steps without a run that something follows which has one: the case is past them."""
    begun = {run.step for run in state.steps[state.played_from :]}
    follows = dict[str, set[str]]()
    for step, anchors in command.document.anchored():
        for anchor in anchors:
            follows.setdefault(anchor, set()).add(step.id)
    for step in command.document.steps:
        if step.id not in begun and _reaches(step.id, follows, begun):
            yield step


def _reaches(start: str, follows: dict[str, set[str]], begun: set[str]) -> bool:
    ahead, seen = [start], {start}
    while ahead:
        for name in follows.get(ahead.pop(), ()):
            if name in begun:
                return True
            if name not in seen:
                seen.add(name)
                ahead.append(name)
    return False


def _find(document: Playbook, step_id: str) -> Step | None:
    try:
        return document.step(step_id)
    except KeyError:
        return None
