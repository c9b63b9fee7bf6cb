"""What a message means for the clocks: whether it answers the customer, or asks us."""

from models.command import Author, Direction, RecordMessage, Visibility
from models.escalation import Status
from models.event import MessageRecorded

ASKED_IN = (Status.OPEN, Status.PAUSED)
"""In which an answer can be owed."""


def answers(said: MessageRecorded) -> bool:
    """Only a person's public words to the customer are an answer (traps 26, 27)."""
    return (
        said.direction is Direction.OUTBOUND
        and said.author is Author.HUMAN
        and said.visibility is Visibility.PUBLIC
    )


def own_words(said: MessageRecorded | RecordMessage) -> bool:
    """The customer's own words: what a robot sends, or a colleague writes, tells no feeling."""
    return (
        said.direction is Direction.INBOUND
        and said.author is Author.HUMAN
        and said.visibility is Visibility.PUBLIC
    )


def wants_something(said: MessageRecorded) -> bool:
    """The customer wrote, and does not only say thanks (trap 20)."""
    return said.direction is Direction.INBOUND and said.author is Author.HUMAN and not said.thanks
