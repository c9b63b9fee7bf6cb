"""A case of a house that alerts, and a customer who writes in it."""

from itertools import count
from typing import Any
from uuid import UUID

from domain import alerts
from models.actor import ENGINE
from models.alert import AlertKind, AlertRules
from models.command import (
    Author,
    Channel,
    Direction,
    NoteReading,
    RecordMessage,
    Visibility,
)
from models.messages import HouseRules
from models.sentiment import Feeling, Polarity, ReadBy, Sentiment
from models.signal import SignalKind
from tests.domain import cases
from tests.domain.cases import SARAH
from tests.domain.world import World

RULES = HouseRules(alerts=AlertRules())
WRITTEN = count(50_000)


def alerted(*steps: Any, **opened: Any) -> World:
    """A case of a house that has rules for alerts."""
    return World(*(steps or (cases.task("own"),)), rules=RULES, **opened)


def kinds(world: World) -> list[AlertKind]:
    """What the team is alerted of."""
    return [one.kind for one in alerts.live(world.state)]


def writes(world: World, *signals: SignalKind, author: Author = Author.HUMAN) -> UUID:
    """The customer writes."""
    words = UUID(int=next(WRITTEN))
    said = RecordMessage(
        direction=Direction.INBOUND,
        author=author,
        visibility=Visibility.PUBLIC,
        channel=Channel.CHAT,
        content_id=words,
        signals=signals,
    )
    world.do(said, SARAH)
    return words


def felt(score: float) -> Sentiment:
    """A message that sounds like that."""
    feeling = Feeling.FRUSTRATED if score < 0 else Feeling.NEUTRAL
    return Sentiment(
        score=score,
        feeling=feeling,
        polarity=Polarity.NEUTRAL,
        p_negative=0.5,
        read_by=ReadBy.MODEL,
        version="test",
    )


def read(world: World, words: UUID, score: float | None, churn_risk: float | None = None) -> None:
    """Somebody read it."""
    told = felt(score) if score is not None else None
    world.do(NoteReading(content_id=words, sentiment=told, churn_risk=churn_risk), ENGINE)
