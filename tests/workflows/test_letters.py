"""Letters to the end: one that outlives its case, and one of which nobody knows whether it left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.deadlines import plan_clocks
from activities.delivery import Deliveries
from activities.interceptor import ErrorsToTemporal
from activities.letters import LetterDesk
from activities.ports import PostOfficeError
from activities.projection import Projection
from config.settings import Settings
from models.delivery import Delivery, DeliveryStatus, EffectKind, Mail
from models.escalation import EscalationState, Status, number_text
from models.house import House
from models.ids import workflow_id
from models.playbook import Playbook
from models.step import Step
from models.store.repositories import deliveries
from models.store.session import Store
from tests.desk import Desk
from tests.domain import cases
from tests.polling import until
from tests.workflows.clockwork import Clockwork
from tests.workflows.openings import start_by
from workflows import options
from workflows.client import Engine
from workflows.escalation import EscalationWorkflow
from workflows.queues import delivery_queue
from workflows.sandbox import free_runner

LETTER = {"subject": "About your visit", "body": "We are sorry."}
HELD = timedelta(seconds=11)
"""A little longer than a letter is held back."""


def _playbook(slug: str, *steps: Step) -> Playbook:
    """A playbook that no case starts with by itself."""
    never = {"when": {"field": "text", "op": "mentions", "value": ["xyzzy"]}, "start": "suggest"}
    return cases.playbook(*steps, slug=slug, triggers=never)


LATE_LETTER = _playbook(
    "late-letter",
    cases.task("mend", "mended -> resolve"),
    cases.step(
        "email",
        "write-letter",
        "sent!",
        promised=True,
        after={"step": "mend", "delay": "360h"},
    ),
)
"""Its letter is written on the fifteenth day: its case closes with the letter in the drawer."""

NOTICE_AND_LETTER = _playbook(
    "notice-and-letter",
    cases.step("notify", "tell-managers"),
    cases.step("email", "write-letter", "sent!"),
)


async def _ledger(store: Store, case: UUID, kind: EffectKind) -> Delivery:
    """The one delivery of this kind."""
    async with store.transaction() as connection:
        [found] = [one for one in await deliveries.of(connection, case) if one.kind is kind]
    return found


async def test_a_held_letter_that_outlives_its_case_leaves_and_its_end_is_on_record(
    client: Client, store: Store, settings: Settings, sarah: Desk, clockwork: Clockwork
) -> None:
    start = await start_by(sarah, store, LATE_LETTER)
    assert start.opening is not None
    case, number = start.opening.escalation_id, number_text(start.opening.number)
    await Engine(client, settings.task_queue).open(start)
    await clockwork.settled(str(case))
    mended = await sarah.done(number, "mend", "mended")
    assert mended["snapshot"]["status"] == "resolved"
    await clockwork.ahead(str(case), timedelta(days=15, minutes=1))
    await sarah.done(number, "write-letter", "sent", letter=LETTER)

    async def closed() -> EscalationState | None:
        # The last promise is kept after the fortnight: then the case closes at once.
        state = await clockwork.settled(str(case))
        return state if state.status is Status.CLOSED else None

    held = (await until(closed)).effects
    assert [effect.kind for effect in held] == [EffectKind.STEP_LETTER]
    assert (await _ledger(store, case, EffectKind.STEP_LETTER)).status is DeliveryStatus.PLANNED
    state = await clockwork.ahead(str(case), HELD)
    assert (state.status, state.effects) == (Status.CLOSED, ())
    ending = await client.get_workflow_handle(workflow_id(case)).result()
    assert ending["version"] == state.version
    assert (await _ledger(store, case, EffectKind.STEP_LETTER)).status is DeliveryStatus.SENT
    facts = await clockwork.facts(str(case))
    assert facts[-3:] == ["closed", "effect_begun", "effect_ended"]


@dataclass
class Office:
    """A post office that gives no sign of life, or refuses, for letters or for pages."""

    letters: bool
    refusal: PostOfficeError | None = None

    async def hand_over(self, mail: Mail) -> None:
        """Take what it takes."""
        if mail.automatic is self.letters:
            return
        if self.refusal is not None:
            raise self.refusal
        await asyncio.Event().wait()


@asynccontextmanager
async def _worker(client: Client, store: Store, office: Office) -> AsyncIterator[Engine]:
    """A worker with this post office. No sandbox, so that the shorter timeouts hold inside."""
    engine = Engine(client, f"letters-{uuid4().hex}")
    house = House(
        company="Rightnow Demo",
        sender="care@rightnow.test",
        managers="managers@rightnow.test",
        vp="vp@rightnow.test",
    )
    desk = LetterDesk(house)
    cases = Worker(
        client,
        task_queue=engine.task_queue,
        workflows=[EscalationWorkflow],
        activities=[Projection(store).write_down, plan_clocks],
        workflow_runner=free_runner(),
        interceptors=[ErrorsToTemporal()],
    )
    letters = Worker(
        client,
        task_queue=delivery_queue(engine.task_queue),
        activities=[Deliveries(store, office, desk).deliver],
        interceptors=[ErrorsToTemporal()],
    )
    async with cases, letters:
        yield engine


AWAY = PostOfficeError("away", permanent=False)


@pytest.mark.parametrize(
    ("kind", "refusal", "status", "detail"),
    [
        (EffectKind.STEP_LETTER, None, DeliveryStatus.UNKNOWN, "nobody knows"),
        (EffectKind.STEP_LETTER, AWAY, DeliveryStatus.FAILED, "delivery-delayed"),
        (EffectKind.STEP_NOTICE, None, DeliveryStatus.FAILED, "TimeoutError"),
        (EffectKind.STEP_NOTICE, AWAY, DeliveryStatus.FAILED, "delivery-delayed"),
    ],
    ids=["a silent letter", "a refused letter", "a silent page", "a refused page"],
)
async def test_only_a_letter_whose_last_attempt_ended_silently_is_unknown(
    kind: EffectKind,
    refusal: PostOfficeError | None,
    status: DeliveryStatus,
    detail: str,
    client: Client,
    store: Store,
    sarah: Desk,
    clockwork: Clockwork,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(options, "DELIVER_TIMEOUT", timedelta(seconds=3))
    monkeypatch.setattr(options, "DELIVER_FOR", timedelta(seconds=4))
    letters = kind is EffectKind.STEP_LETTER
    start = await start_by(sarah, store, NOTICE_AND_LETTER)
    assert start.opening is not None
    case, number = start.opening.escalation_id, number_text(start.opening.number)
    async with _worker(client, store, Office(letters, refusal)) as engine:
        await engine.open(start)
        await clockwork.settled(str(case))
        if letters:
            await sarah.done(number, "write-letter", "sent", letter=LETTER)
            await clockwork.ahead(str(case), HELD)
    ended = await _ledger(store, case, kind)
    assert (ended.status, ended.attempts) == (status, 1)
    assert detail in (ended.detail or "")
    if letters:
        # Either way the managers hear of it.
        told = await _ledger(store, case, EffectKind.LETTER_FAILED)
        assert told.status is DeliveryStatus.SENT
