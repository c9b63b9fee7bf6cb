"""What the end of a step leads to: the next step, another one, a higher role, or the solution."""

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from domain import clocks, effects, handing, steps
from domain.story import Story
from models.actor import ActorKind
from models.escalation import Status, StepRun, StepStatus
from models.event import Assigned, Resolved, StepEnded
from models.playbook import LAST_STEP
from models.sla import ClockKind
from models.step import Jump, Outcome, Step


class Words(Protocol):
    """What was written down at the end of a step: by the one who ends it, or earlier in its run."""

    @property
    def note_id(self) -> UUID | None:
        """The note."""

    @property
    def fields_id(self) -> UUID | None:
        """The fields."""


OPEN_FOR_REOPENING = timedelta(days=14)
"""How long a resolved case can be reopened before it closes."""


def reach(
    story: Story, run: StepRun, step: Step, outcome: Outcome, words: Words
) -> tuple[Jump | None, Step | None]:
    """A step is done with an outcome. Returns where it leads, and where it jumps to."""
    jump = step.on_outcome.get(outcome.id)
    again = steps.jump_target(story, step, jump)
    story.tell(
        StepEnded(
            run=run.id,
            step=step.id,
            kind=step.kind,
            status=StepStatus.DONE,
            outcome=outcome.id,
            contact=outcome.contact,
            note_id=words.note_id,
            fields_id=words.fields_id,
            went_to=again.id if again else None,
        )
    )
    return jump, again


def lead_on(
    story: Story, step: Step, jump: Jump | None, again: Step | None, note_id: UUID | None = None
) -> None:
    """Go where the end of a step leads. `again` is where it jumps to, if it may run once more."""
    if jump and jump.resolve and story.state.status is not Status.RESOLVED:
        resolve(story, note_id)
        return
    if jump and jump.escalate_to:
        handing.hand_up(story, jump.escalate_to, note_id)
    if jump and again:
        begins = story.book.playbook.first_steps
        together = begins if step.id == LAST_STEP and again in begins else (again,)
        for one in together:
            steps.start_again(story, one, jump.delay)
    steps.advance(story)


def resolve(story: Story, note_id: UUID | None) -> None:
    """The trouble is mended: clocks stop, open work is dropped, promises to the customer go on."""
    take_over(story)
    clocks.meet(story, ClockKind.RESOLUTION)
    clocks.note_misses(story)
    story.tell(Resolved(note_id=note_id, closes_at=story.now + OPEN_FOR_REOPENING))
    steps.end_the_rest(story, also_promised=False, why="The case is resolved.")
    effects.take_back(story, letters=False, why="The case is resolved.")
    steps.advance(story)


def take_over(story: Story) -> None:
    """Whoever works on a case that nobody owns owns it from then on."""
    actor = story.actor
    if story.state.assignee_id is None and actor.kind is ActorKind.PERSON:
        story.tell(Assigned(assignee_id=actor.id, previous_id=None))
