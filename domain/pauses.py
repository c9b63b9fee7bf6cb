"""Pauses: a case on hold, with a reason and an end. Its clocks stand still, and nothing is lost."""

from datetime import datetime

from domain import clocks, effects, steps
from domain.story import Story
from models.command import Pause
from models.errors import NotInThisStatus, PauseInvalid, ReasonRequired
from models.event import Paused, ResumeCause, Resumed


def pause(story: Story, command: Pause) -> None:
    """Put the case on hold until a time, or as long as the policy allows.

    A case that is on hold already gets another reason and another end; its clocks stand still
    without a gap between the two (trap 15).
    """
    rules = story.book.policy.pauses
    if command.reason_id is None:
        raise ReasonRequired("A pause needs a reason. Say why in a few words.")
    until = command.until or story.now + rules.longest
    if until <= story.now:
        raise PauseInvalid("`until` has passed. A pause ends in the future.")
    if until > story.now + rules.longest:
        latest = f"{story.now + rules.longest:%Y-%m-%d %H:%M} UTC"
        raise PauseInvalid(f"The pause is too long: its policy allows one until {latest}.")
    clocks.note_misses(story)
    earlier = story.state.pause
    story.tell(Paused(reason_id=command.reason_id, until=until, stops=rules.stops))
    if earlier is not None:
        steps.move_after_pause(story, earlier.from_at, story.now)
    effects.take_back(story, letters=False, why="The case is on hold.")


def resume(story: Story, cause: ResumeCause) -> None:
    """The case goes on: clocks and open steps get the time back in which they stood still."""
    held = story.state.pause
    if held is None:
        raise NotInThisStatus("The case is not on hold.")
    ended_at = min(held.until, story.now)
    story.tell(Resumed(cause=cause, ended_at=ended_at))
    clocks.go_on(story, held.stops)
    steps.move_after_pause(story, held.from_at, ended_at)
    steps.advance(story)


def tick(story: Story) -> None:
    """End a pause whose time has come. After an outage it ended when it was to."""
    at = ends_at(story)
    if at is not None and at <= story.now:
        resume(story, ResumeCause.TIME)


def ends_at(story: Story) -> datetime | None:
    """When the pause ends by itself."""
    held = story.state.pause
    return held.until if held is not None else None
