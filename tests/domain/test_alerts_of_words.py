"""What a customer says alerts somebody: signal words, a mood that drops, and what is read twice."""

import pytest

from domain import alerts
from domain.sentiment import settled
from models.actor import ENGINE
from models.alert import AlertFor, AlertKind, AlertRules, AlertSource
from models.command import (
    Acknowledge,
    AddNote,
    Author,
    Change,
    NoteReading,
    Reopen,
    Resolve,
)
from models.errors import VersionMismatch
from models.escalation import EscalationType, Status
from models.messages import HouseRules
from models.signal import SignalKind
from tests.domain import cases
from tests.domain.alerted import RULES, alerted, felt, kinds, read, writes
from tests.domain.cases import BEN, DAY, HOUR, PRIYA
from tests.domain.world import World


def test_signal_words_are_for_the_team_that_keeps_customers_each_kind_once() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    writes(world, SignalKind.CANCEL, SignalKind.LEGAL)
    found = [one for one in alerts.live(world.state) if one.kind is AlertKind.SIGNAL_WORDS]
    assert found[0].due_at is None
    assert [(one.occasion, one.audience) for one in found] == [
        ("cancel", AlertFor.RETENTION),
        ("legal", AlertFor.RETENTION),
    ]


def test_a_robots_words_are_no_signals_and_are_not_read() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL, author=Author.AUTO_REPLY)
    assert world.state.signals == ()
    assert world.state.unread == ()


def test_a_mood_that_drops_is_for_the_seniors_and_told_once() -> None:
    world = alerted()
    for score in (0.6, -0.8, -0.9):
        read(world, writes(world), score)
    found = [one for one in alerts.live(world.state) if one.kind is AlertKind.SENTIMENT_DROP]
    assert [(one.occasion, one.audience) for one in found] == [("drop 1", AlertFor.SENIORS)]


def test_how_far_a_mood_has_to_fall_is_the_houses_to_say() -> None:
    rules = HouseRules(alerts=AlertRules(mood_drop=1.5))
    world = World(cases.task("own"), rules=rules)
    for score in (0.9, 0.0):
        read(world, writes(world), score)
    assert AlertKind.SENTIMENT_DROP not in kinds(world)


def test_words_are_read_once_and_what_nobody_waits_for_changes_nothing() -> None:
    world = alerted()
    words = writes(world)
    assert list(world.state.unread) == [words]
    read(world, words, -0.5, churn_risk=0.6)
    version = world.state.version
    read(world, words, 0.9, churn_risk=0.0)
    assert world.state.version == version
    assert not world.state.unread
    assert world.state.sentiment is not None
    assert world.state.sentiment.score == -0.5


def test_the_risk_that_somebody_leaves_rises_at_once_and_falls_slowly() -> None:
    world = alerted()
    risks = []
    for risk in (0.1, 0.8, 0.1, 0.0):
        read(world, writes(world), 0.0, churn_risk=risk)
        risks.append(world.state.churn_risk)
    assert risks == [0.1, 0.8, 0.4, 0.2]


def test_words_that_nobody_could_read_leave_the_mood_as_it_was() -> None:
    world = alerted()
    read(world, writes(world), 0.5)
    read(world, writes(world), None)
    assert world.state.mood is not None
    assert world.state.mood.points == (0.5,)
    assert world.state.unread == ()


def words_alerts(world: World) -> list[str]:
    """What the alerts about signal words are about, that somebody is shown now."""
    return [
        one.occasion
        for one in alerts.live(world.state)
        if one.kind is AlertKind.SIGNAL_WORDS and alerts.showing(one, world.now)
    ]


def test_a_threat_that_is_said_twice_before_anybody_looks_is_one_alert() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    world.sleep(HOUR)
    writes(world, SignalKind.CANCEL)
    assert words_alerts(world) == ["cancel"]


def test_a_threat_after_somebody_saw_the_last_one_is_another_alert_trap_45() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    for time in (1, 2):
        world.do(Acknowledge(alert=time), BEN)
        assert words_alerts(world) == []
        writes(world, SignalKind.CANCEL, SignalKind.CANCEL)
        assert words_alerts(world) == [f"cancel/{time + 1}"]


def test_a_threat_after_nobody_looked_for_a_day_is_another_alert_trap_45() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    world.sleep(DAY)
    assert words_alerts(world) == []
    writes(world, SignalKind.CANCEL)
    assert words_alerts(world) == ["cancel/2"]


def test_a_threat_in_a_case_that_was_resolved_is_heard() -> None:
    world = alerted()
    writes(world, SignalKind.CANCEL)
    world.do(Resolve(), PRIYA)
    assert words_alerts(world) == []
    world.sleep(HOUR)
    writes(world, SignalKind.CANCEL, SignalKind.LEGAL)
    assert world.state.status is Status.RESOLVED
    assert words_alerts(world) == ["cancel/2", "legal"]


def test_a_case_that_is_reopened_is_counted_anew_and_its_old_threats_are_not() -> None:
    book = cases.book_of(cases.RESCUE, RULES)
    facts = book.facts.model_copy(update={"customer_annual_value": 900_000})
    world = World(pinned=book.model_copy(update={"facts": facts}))
    writes(world, SignalKind.CANCEL)
    for n in [one.n for one in alerts.live(world.state)]:
        world.do(Acknowledge(alert=n), PRIYA)
    world.do(Resolve(), PRIYA)
    world.sleep(HOUR)
    world.do(Reopen(), PRIYA)
    told = [one.occasion for one in alerts.live(world.state)]
    assert "value/2" in told
    assert words_alerts(world) == []
    writes(world, SignalKind.CANCEL)
    assert words_alerts(world) == ["cancel/2"]


def test_what_the_prediction_was_before_another_type_is_nothing_to_compare_with() -> None:
    world = alerted()
    words = writes(world)
    world.do(NoteReading(content_id=words, sentiment=felt(0), predicted=0.9), ENGINE)
    world.do(Change(type=EscalationType.BILLING_DISPUTE), PRIYA)
    words = writes(world)
    world.do(NoteReading(content_id=words, sentiment=felt(0), predicted=0.5), ENGINE)
    assert AlertKind.PREDICTION_DROP not in kinds(world)
    assert world.state.predicted_at_first == 0.5


def test_a_second_look_counts_instead_of_the_first_and_may_raise_an_alert() -> None:
    world = alerted()
    read(world, writes(world), 0.6)
    words = writes(world)
    own = felt(0.1)
    world.do(NoteReading(content_id=words, sentiment=own, again=True), ENGINE)
    assert AlertKind.SENTIMENT_DROP not in kinds(world)
    look = NoteReading(content_id=words, sentiment=settled(own, -0.25, "s@1"), second=True)
    world.do(look, ENGINE)
    assert AlertKind.SENTIMENT_DROP in kinds(world)
    assert world.state.sentiment == look.sentiment
    assert world.state.mood is not None
    assert (world.state.mood.points, world.state.mood.heard) == ((0.6, 0.175), 2)
    assert world.do(look, ENGINE) == []


def test_no_second_look_ends_the_alert_of_our_own_reading() -> None:
    for score in (step / 20 for step in range(-20, 21)):
        world = alerted()
        read(world, writes(world), 0.5)
        words, own = writes(world), felt(-0.5)
        world.do(NoteReading(content_id=words, sentiment=own, again=True), ENGINE)
        assert AlertKind.SENTIMENT_DROP in kinds(world)
        found = settled(own, score, "s@1")
        world.do(NoteReading(content_id=words, sentiment=found, second=True), ENGINE)
        assert AlertKind.SENTIMENT_DROP in kinds(world), score


def test_a_second_look_that_comes_after_newer_words_changes_nothing() -> None:
    world = alerted()
    words = writes(world)
    world.do(NoteReading(content_id=words, sentiment=felt(-0.5), again=True), ENGINE)
    read(world, writes(world), 0.2)
    before = world.state
    assert world.do(NoteReading(content_id=words, sentiment=felt(1), second=True), ENGINE) == []
    assert world.state.mood == before.mood


def test_a_success_that_seems_much_less_likely_alerts_the_seniors() -> None:
    world = alerted()
    for chance in (None, 0.8, 0.7, 0.64):
        words = writes(world)
        world.do(NoteReading(content_id=words, predicted=chance), ENGINE)
    [found] = [one for one in alerts.live(world.state) if one.kind is AlertKind.PREDICTION_DROP]
    assert (found.audience, found.source) == (AlertFor.SENIORS, AlertSource.MODEL)
    assert (world.state.predicted_at_first, world.state.predicted) == (0.8, 0.64)


def test_who_looked_before_somebody_read_the_words_looked_at_the_same_case() -> None:
    world = alerted()
    words = writes(world)
    seen = world.state.version
    read(world, words, -0.2)
    world.do(AddNote(content_id=cases.WORDS), version=seen)
    with pytest.raises(VersionMismatch):
        world.do(AddNote(content_id=cases.WORDS), version=seen)
    with pytest.raises(VersionMismatch):
        world.do(AddNote(content_id=cases.WORDS), version=world.state.version + 1)
