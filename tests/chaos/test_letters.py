"""The checker on a reminder that was put off: when it may leave again, and when it may not."""

from datetime import datetime
from uuid import uuid4

from models.command import SnoozeStep
from models.delivery import Delivery, DeliveryStatus, EffectKind
from tests.chaos.evidence import CaseRecord, Evidence, StoredEvent, heard
from tests.chaos.invariants.letters import nothing_leaves_too_early_or_too_late
from tests.chaos.log import Asked, Log, Reply
from tests.domain import cases
from tests.domain.cases import HOUR, MINUTE, SARAH, SECOND, task
from tests.domain.world import World, none_end


def test_a_reminder_that_was_put_off_leaves_not_before_its_step_is_back() -> None:
    world, put_off = _put_off()
    assert _wrong(world, put_off + MINUTE)
    assert not _wrong(world, put_off - SECOND)


def test_once_its_step_is_back_the_reminder_is_true_again_and_may_leave() -> None:
    world, put_off = _put_off()
    world.sleep(HOUR)
    assert not _wrong(world, put_off + HOUR + SECOND)
    assert _wrong(world, put_off + HOUR - SECOND)


def test_a_step_that_was_done_takes_its_reminder_back_for_good() -> None:
    world, put_off = _put_off()
    world.sleep(HOUR)
    world.done("a")
    assert _wrong(world, put_off + HOUR + MINUTE)


def _put_off() -> tuple[World, datetime]:
    """A reminder is on its way when its step is put off for an hour."""
    world = World(task("a", due={"within": "2h"}), postman=none_end)
    world.sleep(2 * HOUR)
    assert EffectKind.STEP_REMINDER in {one.kind for one in world.state.effects}
    world.sleep(MINUTE)
    later = SnoozeStep(step="a", until=world.now + HOUR, reason_id=cases.REASON)
    world.do(later, SARAH)
    return world, world.now


def _wrong(world: World, handed_over: datetime) -> list[str]:
    """What the checker says if the reminder was handed over then."""
    effect = next(
        one.fact.effect
        for one in world.events
        if one.fact.fact == "effect_planned" and one.fact.effect.kind is EffectKind.STEP_REMINDER
    )
    case = world.state.id
    row = Delivery(
        key=effect.key,
        escalation_id=case,
        kind=effect.kind,
        effect_class=effect.effect_class,
        recipient=effect.recipient,
        channel="email",
        status=DeliveryStatus.SENT,
        detail=None,
        attempts=1,
        planned_at=world.now,
        not_before=effect.not_before,
        attempted_at=handed_over,
        ended_at=None,
        message_id=None,
    )
    record = CaseRecord(
        id=case,
        number=1,
        columns={},
        events=tuple(StoredEvent(one, one.hash) for one in world.events),
        deliveries=(row,),
        playbook=world.book.playbook,
        seen_at=world.now,
    )
    return [one.says for one in nothing_leaves_too_early_or_too_late(_evidence(record, world))]


def _evidence(record: CaseRecord, world: World) -> Evidence:
    """Every operation was answered at the moment that it was done."""
    asked: dict[str, Asked] = {}
    for event in world.events:
        if event.op_id is not None:
            yes = Reply(event.at, 200, {"op_id": str(event.op_id)})
            asked[str(event.op_id)] = Asked(
                str(event.op_id), "any", uuid4(), "POST", "/", {}, event.at, [yes]
            )
    return heard(Log(asked), world.now, cases={record.id: record})
