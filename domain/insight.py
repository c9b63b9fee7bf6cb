"""What was read in a customer's words comes into the case."""

from domain.lifecycle import OVER
from domain.story import Story
from models.alert import AlertRules
from models.command import NoteReading
from models.event import MessageRead


def note(story: Story, command: NoteReading) -> None:
    """Words were read. A second time, words of nobody, and a case that is over change nothing.

    What somebody else reads in them counts while they are the last that were read.
    """
    state = story.state
    waited = state.look_again is not None and state.look_again.content_id == command.content_id
    wanted = waited if command.second else command.content_id in state.unread
    if not wanted or state.status in OVER or (command.second and command.sentiment is None):
        return
    rules = story.book.rules.alerts or AlertRules()
    story.tell(
        MessageRead(
            content_id=command.content_id,
            sentiment=command.sentiment,
            drop=rules.mood_drop,
            predicted=command.predicted,
            churn_risk=command.churn_risk,
            again=command.again,
            second=command.second,
        )
    )
