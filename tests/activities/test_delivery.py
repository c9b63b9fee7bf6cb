"""The ledger: every word that leaves is planned, attempted, and ends; never twice by accident."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from activities.delivery import Deliveries
from activities.letters import LetterDesk
from activities.ports import PostOfficeError
from models.content import Content, ContentKind
from models.delivery import (
    Delivery,
    DeliveryStatus,
    EffectClass,
    EffectKind,
    Mail,
    PendingEffect,
    Recipient,
    RecipientKind,
)
from models.errors import DeliveryDelayed
from models.house import House
from models.ids import new_id
from models.messages import DeliveryOrder, DeliveryResult
from models.severity import Severity
from models.store.repositories import contents, deliveries, mail, operations
from models.store.session import Store
from tests.desk import Desk
from tests.polling import until

DESK = LetterDesk(
    House(
        company="Rightnow Demo",
        sender="care@rightnow.test",
        managers="managers@rightnow.test",
        vp="vp@rightnow.test",
    )
)


@dataclass
class Office:
    """A post office that does what it is told."""

    mood: PostOfficeError | None = None
    sent: list[Mail] = field(default_factory=list)

    async def hand_over(self, mail: Mail) -> None:
        if self.mood is not None:
            raise self.mood
        self.sent.append(mail)


def _order(
    case: dict[str, Any],
    kind: EffectKind,
    recipient: RecipientKind,
    customer_id: str,
    *,
    subject: UUID | None = None,
    body: UUID | None = None,
) -> DeliveryOrder:
    letter = kind is EffectKind.STEP_LETTER
    now = datetime.now(UTC)
    return DeliveryOrder(
        escalation_id=UUID(case["escalation_id"]),
        number=int(case["number"][2:]),
        effect=PendingEffect(
            key=f"{case['escalation_id']}/99/{kind}/{recipient}",
            kind=kind,
            effect_class=EffectClass.LETTER if letter else EffectClass.PAGE,
            recipient=Recipient(kind=recipient),
            not_before=now,
            step="call-now",
            clock="resolution#1",
            subject_id=subject,
            body_id=body,
            begun=True,
        ),
        customer_id=UUID(customer_id),
        assignee_id=None,
        title_id=new_id(),
        severity=Severity.HIGH,
        step_title="Call now",
        due_at=now,
        at=now,
    )


@pytest.fixture
async def case(sarah: Desk) -> dict[str, Any]:
    opened = await sarah.open_case()
    seen = await sarah.case(opened["number"], at=opened["version"])
    return {**opened, "customer_id": seen["customer"]["id"], "email": seen["customer"]["email"]}


@pytest.fixture
async def letter(store: Store, case: dict[str, Any]) -> DeliveryOrder:
    subject = Content(id=new_id(), kind=ContentKind.SUBJECT, text="About your visit")
    body = Content(id=new_id(), kind=ContentKind.LETTER, text="We are sorry.")
    async with store.transaction() as connection:
        await contents.add(connection, [subject, body])
    return _order(
        case,
        EffectKind.STEP_LETTER,
        RecipientKind.CUSTOMER,
        case["customer_id"],
        subject=subject.id,
        body=body.id,
    )


@pytest.fixture
def page(case: dict[str, Any]) -> DeliveryOrder:
    return _order(case, EffectKind.SLA_WARNING, RecipientKind.MANAGERS, case["customer_id"])


async def _row(store: Store, order: DeliveryOrder) -> Delivery:
    async with store.transaction() as connection:
        found = await deliveries.hold(connection, order.effect.key)
    assert found is not None
    return found


async def _settled(deeds: Deliveries, order: DeliveryOrder) -> DeliveryResult:
    """Try as Temporal does: while an acknowledgement is not on record yet, it is delayed."""

    async def attempt() -> DeliveryResult | None:
        try:
            return await deeds.deliver(order)
        except DeliveryDelayed:
            return None

    return await until(attempt)


async def _cut_off(store: Store, order: DeliveryOrder) -> None:
    """As a process leaves it that dies during the hand-over."""
    async with store.transaction() as connection:
        await deliveries.plan(connection, order.escalation_id, [order.effect], order.at)
        await deliveries.attempt(connection, order.effect.key, "<some@id>")


async def test_a_letter_leaves_once_and_a_second_attempt_only_reports(
    store: Store, case: dict[str, Any], letter: DeliveryOrder
) -> None:
    office = Office()
    deeds = Deliveries(store, office, DESK)
    assert (await deeds.deliver(letter)).status is DeliveryStatus.SENT
    assert (await deeds.deliver(letter)).status is DeliveryStatus.SENT
    assert [(one.recipient, one.text) for one in office.sent] == [(case["email"], "We are sorry.")]
    row = await _row(store, letter)
    assert (row.attempts, row.message_id) == (1, office.sent[0].message_id)


async def test_the_answer_to_a_letter_joins_its_case(store: Store, letter: DeliveryOrder) -> None:
    office = Office()
    await Deliveries(store, office, DESK).deliver(letter)
    known = office.sent[0].message_id.strip("<>")
    async with store.transaction() as connection:
        assert await mail.thread_of(connection, ["nobody@knows", known]) == letter.escalation_id


async def test_a_letter_that_was_cut_off_is_not_sent_again_but_checked(
    store: Store, letter: DeliveryOrder
) -> None:
    await _cut_off(store, letter)
    office = Office()
    result = await Deliveries(store, office, DESK).deliver(letter)
    assert result.status is DeliveryStatus.UNKNOWN
    assert office.sent == []


async def test_a_page_that_was_cut_off_is_sent_again_under_the_same_id(
    store: Store, page: DeliveryOrder
) -> None:
    await _cut_off(store, page)
    office = Office()
    assert (await Deliveries(store, office, DESK).deliver(page)).status is DeliveryStatus.SENT
    assert office.sent[0].message_id == DESK.message_id(page.effect.key)
    assert office.sent[0].recipient == "managers@rightnow.test"


async def test_a_letter_swallowed_after_hand_over_is_unknown_and_a_page_is_tried_again(
    store: Store, letter: DeliveryOrder, page: DeliveryOrder
) -> None:
    lost = PostOfficeError("no answer", permanent=False, handed_over=True)
    deeds = Deliveries(store, Office(mood=lost), DESK)
    assert (await deeds.deliver(letter)).status is DeliveryStatus.UNKNOWN
    with pytest.raises(DeliveryDelayed):
        await deeds.deliver(page)
    assert (await _row(store, page)).status is DeliveryStatus.PLANNED


async def test_a_refused_address_fails_at_once_and_a_missing_server_is_tried_again(
    store: Store, letter: DeliveryOrder, page: DeliveryOrder
) -> None:
    refused = Office(mood=PostOfficeError("550", permanent=True))
    result = await Deliveries(store, refused, DESK).deliver(letter)
    assert result.status is DeliveryStatus.FAILED
    away = Deliveries(store, Office(mood=PostOfficeError("away", permanent=False)), DESK)
    for _ in range(3):
        with pytest.raises(DeliveryDelayed):
            await away.deliver(page)
    back = Office()
    assert (await Deliveries(store, back, DESK).deliver(page)).status is DeliveryStatus.SENT
    assert (await _row(store, page)).attempts == 4


async def test_while_somebody_is_acting_a_page_is_tried_again_in_a_second(
    store: Store, page: DeliveryOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after 10, 30 and 90 seconds: those are for a mail server that is away."""

    async def acting(*_: object, however_old: bool) -> bool:
        return however_old

    monkeypatch.setattr(operations, "in_flight", acting)
    for _ in range(3):
        with pytest.raises(DeliveryDelayed) as delayed:
            await Deliveries(store, Office(), DESK).deliver(page)
        assert delayed.value.again_after == timedelta(seconds=1)


@pytest.mark.parametrize(("attempt", "held"), [(1, True), (30, True), (31, False)])
async def test_an_old_operation_holds_a_page_back_for_half_a_minute_and_no_longer(
    store: Store, case: dict[str, Any], page: DeliveryOrder, *, attempt: int, held: bool
) -> None:
    """After an outage it is answered together with the page, or never (found by chaos)."""
    old = (
        "INSERT INTO operations (op_id, actor_key, route, key, body_hash, escalation_id, kind,"
        " payload, created_at, attempt_at)"
        " VALUES (CAST(:op AS uuid), 'nobody', 'resolve', 'an-old-one', '', :case, 'resolve', '{}',"
        " now() - interval '2 minutes', now() + interval '1 day')"
    )
    told = {"op": str(new_id()), "case": case["escalation_id"]}
    async with store.transaction() as connection:
        await connection.execute(text(old), told)
    trying = ActivityEnvironment()
    trying.info = dataclasses.replace(trying.info, attempt=attempt)
    try:
        result = await trying.run(Deliveries(store, Office(), DESK).deliver, page)
        assert (result.status, held) == (DeliveryStatus.SENT, False)
    except DeliveryDelayed:
        assert held
    finally:
        async with store.transaction() as connection:
            away = "DELETE FROM operations WHERE key = 'an-old-one'"
            await connection.execute(text(away))


async def test_while_the_database_is_away_a_page_is_tried_again_soon(page: DeliveryOrder) -> None:
    nowhere = Store("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DeliveryDelayed) as delayed:
        await Deliveries(nowhere, Office(), DESK).deliver(page)
    assert delayed.value.again_after == timedelta(seconds=5)


async def test_a_mail_server_that_is_away_gets_ever_longer_rests(
    store: Store, page: DeliveryOrder
) -> None:
    away = Deliveries(store, Office(mood=PostOfficeError("away", permanent=False)), DESK)
    rests: list[float] = []
    for _ in range(6):
        with pytest.raises(DeliveryDelayed) as delayed:
            await away.deliver(page)
        assert delayed.value.again_after is not None
        rests.append(delayed.value.again_after.total_seconds())
    assert rests == [10, 30, 90, 270, 600, 600]


async def test_after_a_committed_solution_no_hand_over_of_a_page_begins(
    store: Store, sarah: Desk, case: dict[str, Any], page: DeliveryOrder
) -> None:
    async with store.transaction() as connection:
        await deliveries.plan(connection, page.escalation_id, [page.effect], page.at)
    await sarah.post(f"/cs/escalations/{case['number']}/resolution", {})
    office = Office()
    result = await _settled(Deliveries(store, office, DESK), page)
    assert result.status is DeliveryStatus.SUPPRESSED
    assert office.sent == []


async def test_a_reminder_of_a_step_that_somebody_just_did_does_not_leave(
    store: Store, sarah: Desk, case: dict[str, Any]
) -> None:
    reminder = _order(case, EffectKind.STEP_REMINDER, RecipientKind.MANAGERS, case["customer_id"])
    async with store.transaction() as connection:
        await deliveries.plan(connection, reminder.escalation_id, [reminder.effect], reminder.at)
    await sarah.done(case["number"], "call-now", "reached")
    office = Office()
    result = await _settled(Deliveries(store, office, DESK), reminder)
    assert result.status is DeliveryStatus.SUPPRESSED


async def test_a_warning_of_a_clock_that_was_just_met_does_not_leave(
    store: Store, sarah: Desk, case: dict[str, Any]
) -> None:
    warning = _order(case, EffectKind.SLA_WARNING, RecipientKind.MANAGERS, case["customer_id"])
    told = {"clock": "first_response#1", "step": None}
    warning = warning.model_copy(update={"effect": warning.effect.model_copy(update=told)})
    await sarah.done(case["number"], "call-now", "reached")
    office = Office()
    result = await _settled(Deliveries(store, office, DESK), warning)
    assert result.status is DeliveryStatus.SUPPRESSED
    assert office.sent == []


async def test_a_page_leaves_when_the_projection_does_not_know_its_occasion_yet(
    store: Store, case: dict[str, Any]
) -> None:
    order = _order(case, EffectKind.SLA_BREACH, RecipientKind.MANAGERS, case["customer_id"])
    told = {"clock": "resolution#2"}  # of a reopening that is not written down
    order = order.model_copy(
        update={"effect": order.effect.model_copy(update=told), "version": 1000}
    )
    result = await Deliveries(store, Office(), DESK).deliver(order)
    assert result.status is DeliveryStatus.SENT


async def test_somebody_without_an_address_is_an_open_failure(
    store: Store, sarah: Desk, letter: DeliveryOrder
) -> None:
    opened = await sarah.open_case(customer={"name": "No Mail"})
    seen = await sarah.case(opened["number"], at=opened["version"])
    order = letter.model_copy(update={"customer_id": UUID(seen["customer"]["id"])})
    result = await Deliveries(store, Office(), DESK).deliver(order)
    assert result.status is DeliveryStatus.FAILED
    assert "mail address" in (result.detail or "")


WORDED_ELSEWHERE = {
    EffectKind.STEP_LETTER,
    EffectKind.STEP_NOTICE,
    EffectKind.STEP_CREDIT,
    EffectKind.STEP_WEBHOOK,
    EffectKind.CASE_JOINED,
}


@pytest.mark.parametrize("kind", [one for one in EffectKind if one not in WORDED_ELSEWHERE])
async def test_every_notice_has_its_words(
    store: Store, case: dict[str, Any], kind: EffectKind
) -> None:
    order = _order(case, kind, RecipientKind.MANAGERS, case["customer_id"])
    async with store.transaction() as connection:
        letter = await DESK.word(connection, order)
    assert letter.subject.startswith(case["number"])
    assert "rightnow show" in letter.text


async def test_a_letter_of_a_cancelled_case_does_not_leave(
    store: Store, marcus: Desk, case: dict[str, Any], letter: DeliveryOrder
) -> None:
    done = await marcus.post(f"/cs/escalations/{case['number']}/cancellation", {})
    await marcus.case(case["number"], at=done["version"])
    office = Office()
    result = await Deliveries(store, office, DESK).deliver(letter)
    assert result.status is DeliveryStatus.CANCELLED
    assert office.sent == []


async def test_that_a_letter_failed_is_told_also_after_the_solution(
    store: Store, sarah: Desk, case: dict[str, Any]
) -> None:
    notice = _order(case, EffectKind.LETTER_FAILED, RecipientKind.MANAGERS, case["customer_id"])
    async with store.transaction() as connection:
        await deliveries.plan(connection, notice.escalation_id, [notice.effect], notice.at)
    done = await sarah.post(f"/cs/escalations/{case['number']}/resolution", {})
    await sarah.case(case["number"], at=done["version"])
    office = Office()
    assert (await Deliveries(store, office, DESK).deliver(notice)).status is DeliveryStatus.SENT
