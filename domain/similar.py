"""What a case was about, what was done, and what came of it: for those who have one like it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.quoted_reply import split_reply
from domain.script import Placeholder, render
from models.escalation import EscalationState, EscalationType, Status, StepRun, StepStatus
from models.playbook import LAST_STEP, Playbook
from models.result import CaseResult
from models.similar import LONGEST_APPROACH, CaseOutcome, ImportedCase, Lacking

LONGEST_PART = 2_000
"""Characters of each text that count: what is longer tells its matter before that."""

KEPT_WITHIN = timedelta(minutes=15)
"""How long a case that is over may be missing among those that are found. A worker that keeps up
needs seconds."""

_LEAVING = frozenset({"leaves", "lost"})
"""Outcomes of steps by which a playbook says that the customer goes."""

_STAYING = "stays"

_CUSTOMER = "the customer"
_NO_NAMES = {
    Placeholder.CUSTOMER_FIRST_NAME: _CUSTOMER,
    Placeholder.CUSTOMER_NAME: _CUSTOMER,
}


def matter_text(title: str | None, description: str | None, said: Sequence[str] = ()) -> str:
    """What a case is about, in one text; empty when nothing is left of it.

    Quoted mails and signatures are left out: they are the words of others, and alike in all cases.
    """
    told = (split_reply(one[:LONGEST_PART]) for one in (description or "", *said))
    parts = ((title or "")[:LONGEST_PART], *(new for new, _ in told))
    return "\n".join(part.strip() for part in parts if part.strip())


def imported_text(case: ImportedCase) -> str:
    """The same of an imported case."""
    return matter_text(case.title, case.description)


def text_hash(text: str) -> str:
    """By which a changed text is known."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def row_hash(case: ImportedCase) -> str:
    """By which a changed line is known, whatever changed in it."""
    return text_hash(case.model_dump_json())


def outcome_of(state: EscalationState, went: CaseResult | None) -> CaseOutcome | None:
    """How a case ended; None when it goes on, or was cancelled, or goes on in another case.

    Rule: a case that closed was resolved. A customer who threatened to leave stays then, unless the
    last step that could tell said otherwise: with an outcome named `leaves` or `lost`, and not
    `stays`.
    """
    if went is None or state.status is not Status.CLOSED:
        return None
    if _said_to_leave(state):
        return CaseOutcome.LOST
    saved = state.type is EscalationType.CANCEL_THREAT
    return CaseOutcome.SAVED if saved else CaseOutcome.RESOLVED


def approach_of(state: EscalationState, playbook: Playbook) -> str:
    """What was done, in words: the playbook's name, and each step that was done with its outcome.

    `Cancel threat: Call the customer now (We are talking); Offer the fix (They said yes).` A step
    that ran again is told once, as it ended. Nobody's name and nobody's notes are in it.
    """
    done = {run.step: run for run in state.steps if run.status is StepStatus.DONE}
    told = [_step_told(playbook, run) for run in done.values() if run.step != LAST_STEP]
    steps = [one for one in told if one]
    if state.reopened:
        steps.append("It came back once" if state.reopened == 1 else "It came back several times")
    said = f"{playbook.name}: {'; '.join(steps) or 'no step was done'}."
    return said if len(said) <= LONGEST_APPROACH else f"{said[: LONGEST_APPROACH - 1]}…"


def behind(lacking: Lacking, now: datetime) -> bool:
    """Whether nobody keeps up with the cases that are over: one waits for longer than is usual."""
    return lacking.since is not None and now - lacking.since > KEPT_WITHIN


def lacking_words(lacking: Lacking, now: datetime) -> str:
    """How far who keeps them has come, in one sentence."""
    if lacking.since is None:
        return "Every case that is over is found."
    many = "1 case" if lacking.count == 1 else f"{lacking.count:,} cases"
    are = "is" if lacking.count == 1 else "are"
    if not behind(lacking, now):
        return f"{many} that just ended {are} not found yet."
    first = f"{lacking.since:%Y-%m-%d %H:%M} UTC"
    return f"{many} that {are} over cannot be found, the first since {first}."


def _said_to_leave(state: EscalationState) -> bool:
    """Whether the last step that could tell said that the customer goes."""
    told = [run.outcome for run in state.steps if run.status is StepStatus.DONE]
    decisive = [one for one in told if one in _LEAVING or one == _STAYING]
    return bool(decisive) and decisive[-1] != _STAYING


def _step_told(playbook: Playbook, run: StepRun) -> str | None:
    """A step in words; None of one that is another playbook's."""
    try:
        step = playbook.step(run.step)
    except KeyError:
        return None
    title = render(step.title, _NO_NAMES)
    label = next((one.label for one in step.outcomes if one.id == run.outcome), None)
    return f"{title} ({label})" if label else title
