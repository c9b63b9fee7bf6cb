"""Around a random case's alerts: the customer writes, somebody reads, somebody sees them."""

from datetime import timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from domain import alerts
from domain.insight import note
from domain.lifecycle import OVER
from domain.story import Story
from models.actor import ENGINE, Actor
from models.command import (
    Acknowledge,
    Author,
    Channel,
    Direction,
    NoteReading,
    RecordMessage,
    SnoozeAlert,
    Visibility,
)
from models.sentiment import Feeling, Polarity, ReadBy, Sentiment
from models.signal import SignalKind
from tests.domain.cases import DAY, HOUR, SECOND
from tests.domain.random_work import ANYBODY, MOSTLY_A_MANAGER, RandomWork

SIGNALS = st.lists(st.sampled_from(list(SignalKind)), max_size=2).map(tuple)
NUMBERS = st.integers(min_value=1, max_value=8)


class RandomAlerts(RandomWork):
    """Alerts and readings: whoever does what, in any order and twice."""

    written = 0

    @rule(
        signals=SIGNALS,
        author=st.sampled_from([Author.HUMAN, Author.HUMAN, *Author]),
        by=st.sampled_from(ANYBODY),
    )
    def hear(self, signals: tuple[SignalKind, ...], author: Author, by: Actor) -> None:
        """The customer writes, and may mean it."""
        self.written += 1
        said = RecordMessage(
            direction=Direction.INBOUND,
            author=author,
            visibility=Visibility.PUBLIC,
            channel=Channel.CHAT,
            content_id=UUID(int=70_000 + self.written),
            signals=signals,
        )
        self._do(said, by)

    @precondition(lambda self: self.written)
    @rule(
        data=st.data(),
        score=st.one_of(st.none(), st.floats(-1, 1)),
        risk=st.one_of(st.none(), st.floats(0, 1)),
        sure=st.booleans(),
        again=st.booleans(),
        second=st.booleans(),
    )
    def read(
        self,
        data: st.DataObject,
        score: float | None,
        risk: float | None,
        sure: bool,
        again: bool,
        second: bool,
    ) -> None:
        """Somebody reads words: those that wait, those that were read, those of nobody."""
        number = data.draw(st.integers(min_value=0, max_value=self.written + 1))
        sentiment = None
        if score is not None:
            sentiment = Sentiment(
                score=score,
                feeling=Feeling.NEUTRAL if sure else Feeling.UNSURE,
                polarity=Polarity.NEUTRAL,
                p_negative=0.5,
                read_by=ReadBy.MODEL,
                version="random",
            )
        command = NoteReading(
            content_id=UUID(int=70_000 + number),
            sentiment=sentiment,
            churn_risk=risk,
            again=again and not second,
            second=second,
        )
        wanted = self.state.look_again
        waited = command.content_id in self.state.unread
        if second:
            waited = wanted is not None and wanted.content_id == command.content_id
            waited = waited and sentiment is not None
        waited = waited and self.state.status not in OVER
        new = self._drive(command)
        assert bool(new) is waited
        self._catch_up()
        story = Story(self.case.book, self.state, self.now, ENGINE, None)
        note(story, command)
        assert not story.events, "words are read once"

    @rule(n=NUMBERS, by=MOSTLY_A_MANAGER)
    def see(self, n: int, by: Actor) -> None:
        """Somebody saw an alert."""
        self._do(Acknowledge(alert=n), by)

    @rule(n=NUMBERS, by=MOSTLY_A_MANAGER, length=st.sampled_from([-HOUR, SECOND, HOUR, DAY]))
    def put_off(self, n: int, by: Actor, length: timedelta) -> None:
        """Somebody wants to see it later."""
        self._do(SnoozeAlert(alert=n, until=self.now + length), by)

    @invariant()
    def an_occasion_raises_one_alert(self) -> None:
        """They are counted without gaps, and each of them is about something else."""
        raised = self.state.alerts
        assert [one.n for one in raised] == list(range(1, len(raised) + 1))
        assert len({(one.kind, one.occasion) for one in raised}) == len(raised)
        if self.case.book.rules.alerts is None:
            assert not raised
            assert not self.state.unread

    @invariant()
    def every_occasion_that_holds_was_told(self) -> None:
        """After each turn nothing that is worth an alert is without one."""
        rules = self.case.book.rules.alerts
        if rules is None or self.state.status not in alerts.LIVES_IN:
            return
        told = {(one.kind, one.occasion) for one in self.state.alerts}
        held = {(one.kind, one.about) for one in alerts.occasions(self.state, rules)}
        assert held <= told or len(told) == alerts.MOST
        live = {(one.kind, one.occasion) for one in alerts.live(self.state)}
        assert live <= told
        assert {key for key in held if not self._was_seen(key)} <= live

    def _was_seen(self, key: tuple[object, str]) -> bool:
        found = [one for one in self.state.alerts if (one.kind, one.occasion) == key]
        return not found or found[0].seen_at is not None
