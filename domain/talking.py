"""Whether somebody is in the middle of a conversation, so that nothing leads them out of it.

Rule: of the steps that people ended in the case the last one was ended by them, within ten minutes,
and within the hour they reached the customer in it. Whoever only tried is free for what presses
more. What the engine did meanwhile, a notice for instance, takes nobody out of a conversation.
"""

from datetime import datetime, timedelta
from uuid import UUID

from models.actor import ActorKind
from models.escalation import EscalationState, StepRun
from models.playbook import Playbook

WITHIN = timedelta(minutes=10)
"""Since the step that they ended last."""

REACHED_WITHIN = timedelta(hours=1)
"""Since they reached the customer: longer than any call."""


def in_the_middle(
    state: EscalationState, playbook: Playbook, person_id: UUID, now: datetime
) -> bool:
    """Whether this person talks to the customer of this case now, by the case's own time.

    Whether there is something to do in it is not asked here.
    """
    ended = [
        (run.ended_at, run.ended_by.id, run)
        for run in state.steps
        if run.ended_at and run.ended_by and run.ended_by.kind is ActorKind.PERSON
    ]
    if not ended:
        return False
    last_at, by, _ = max(ended, key=lambda one: one[0])
    if by != person_id or now - last_at > WITHIN:
        return False
    return any(
        by == person_id and now - at <= REACHED_WITHIN and _reached(run, playbook)
        for at, by, run in ended
    )


def _reached(run: StepRun, playbook: Playbook) -> bool:
    """Whether it ended with contact, as the case's own playbook says."""
    step = next((one for one in playbook.steps if one.id == run.step), None)
    found = step.outcomes if step else ()
    return any(one.id == run.outcome and one.contact for one in found)
