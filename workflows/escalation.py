"""The escalation's life: a thin shell around the rules, with one timer.

Waits for: operations (by update or by signal), the next deadline, deliveries, PostgreSQL.
Ends when the case is closed, cancelled or merged, everything is written down and every delivery
has ended. Promises: an accepted operation is applied once, whichever door it came by; nothing that
is due happens before its time or twice.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from temporalio import exceptions, workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, FailureError

from activities.deadlines import plan_clocks
from domain.due import Deadline, due
from domain.lifecycle import OVER
from models.actor import ENGINE, OPERATOR
from models.command import Cancel, Change, EndEffect, NoteReading, Operation, Reopen, Tick
from models.delivery import EffectClass, EffectKind, PendingEffect
from models.errors import FieldsInvalid, RightnowError, RuleBroken
from models.messages import (
    ClockAnswer,
    ClockQuestion,
    DeliveryResult,
    Ending,
    EscalationStart,
    ReadWords,
    Receipt,
)
from models.sla import ClockPlan
from workflows import options, orders, reading, search_attributes, story_board
from workflows.failures import code_of, gave_up, no_deadlines, refusal
from workflows.life import LivingCase
from workflows.queues import delivery_queue, request_queue
from workflows.signs_of_life import MEMO

_BROKEN = "Nothing was changed, and the case goes on. Tell whoever runs Rightnow."


@workflow.defn(name="Escalation")
class EscalationWorkflow:
    """One customer matter, from its opening to its closing."""

    @workflow.init
    def __init__(self, start: EscalationStart) -> None:
        # State is made here and never in run(): an update that comes with the start runs first.
        self._case = LivingCase(start, workflow.now())
        self._turn = asyncio.Lock()
        self._delivering: set[str] = set()
        self._looked_at: UUID | None = None
        self._stuck: str | None = None
        self._shown = search_attributes.shown(self._case.state)
        self._deadline: Deadline | None = due(self._case.state)
        self._tell()

    @workflow.run
    async def run(self, start: EscalationStart) -> Ending:
        """Live until the case is over and nothing is left to write or to send."""
        projecting = asyncio.create_task(self._project())
        reading_on = [asyncio.create_task(one) for one in (self._read(), self._look_again())]
        if start.life is not None and any(one.begun for one in start.life.state.effects):
            self._moved()  # a life that was lost in the middle of a hand-over: it is looked after
        while not self._ended():
            try:
                await self._wait()
            except asyncio.CancelledError:
                self._cancelled_by_operator()
            if workflow.info().is_continue_as_new_suggested() and self._quiet():
                projecting.cancel()
                _cancel(reading_on)
                self._show()
                workflow.continue_as_new(
                    EscalationStart(book=self._case.book, life=self._case.carried()), memo=MEMO
                )
        projecting.cancel()
        _cancel(reading_on)
        state = self._case.state
        return Ending(number=state.number_text, status=state.status, version=state.version)

    # -- two doors for the same operation ------------------------------------------------------

    # Dynamic, so that each update bears the name of its command on Temporal's page.
    @workflow.update(dynamic=True, description="Do something to this case, and get an answer.")
    async def operation(self, name: str, given: Sequence[RawValue]) -> Receipt:
        """Apply an operation and answer at once; PostgreSQL hears of it right after."""
        try:
            return await self._take(_operation(name, given))
        except RightnowError as error:
            raise refusal(error) from None

    @operation.validator
    def _consider(self, name: str, given: Sequence[RawValue]) -> None:
        try:
            self._case.consider(_operation(name, given), workflow.now())
        except RightnowError as error:
            raise refusal(error) from None

    @workflow.signal(
        name="operation_by_signal",
        description="The same, when nobody waits for the answer. It never fails the case.",
    )
    async def operation_by_signal(self, operation: Operation) -> None:
        """Apply an operation that its caller no longer waits for. A refusal is noted."""
        try:
            await self._take(operation)
        except RightnowError as error:
            self._case.reject(operation, error, workflow.now())
            self._moved()
        except Exception as error:  # noqa: BLE001 (a rule that breaks must not end the whole case)
            workflow.logger.error("a rule broke", extra={"error": type(error).__name__})
            self._case.reject(operation, RuleBroken(_BROKEN), workflow.now())
            self._moved()

    @workflow.query(name="life", description="The whole state, as the rules see it.")
    def life(self) -> dict[str, object]:
        """State, what is still to be written, and why it cannot be; to compare with what is."""
        carried = self._case.carried()
        told = carried.model_dump(mode="json", include={"state", "outbox"})
        return {**told, "stuck": self._stuck}

    async def _take(self, operation: Operation) -> Receipt:
        # One at a time: for a case of 0.1.0 the deadlines of a new severity are computed between
        # read and write, and an operation that came later must not overtake one that waits.
        async with self._turn:
            command = operation.command
            if isinstance(command, Change | Reopen) and self._case.book.hours is None:
                clocks = await self._clocks_for(command)
                command = command.model_copy(update={"clocks": clocks})
                operation = operation.model_copy(update={"command": command})
            receipt = self._case.take(operation, workflow.now())
            self._moved()
            return receipt

    async def _clocks_for(self, command: Change | Reopen) -> tuple[ClockPlan, ...]:
        state = self._case.state
        reopening = isinstance(command, Reopen)
        severity = state.severity if isinstance(command, Reopen) else command.severity
        if severity is None:
            return ()
        within = self._case.book.playbook.resolve_within
        question = ClockQuestion(
            policy=self._case.book.policy,
            severity=severity,
            resolve_within_seconds=int(within.total_seconds()) if within else None,
            received_at=state.received_at,
            reopened_at=workflow.now() if reopening else state.reopened_at,
        )
        try:
            answer: ClockAnswer = await workflow.execute_local_activity(
                plan_clocks,
                question,
                start_to_close_timeout=options.COMPUTE_TIMEOUT,
                retry_policy=options.COMPUTE_RETRY,
                summary="compute the new deadlines",
            )
        except FailureError as error:
            # Out of a signal's handler it would be the end of the case: it refuses the operation.
            raise no_deadlines(error) from None
        return answer.clocks

    # -- time ----------------------------------------------------------------------------------

    async def _wait(self) -> None:
        """Wait for the next deadline, or until something moved; then let time do its work."""
        deadline = self._deadline
        left = (deadline.at - workflow.now()).total_seconds() if deadline else None
        if left is None or left > 0:
            try:
                await workflow.wait_condition(
                    lambda: self._sooner(deadline) or self._ended() or self._should_renew(),
                    timeout=left,
                    timeout_summary=self._timer_line(deadline),
                )
            except TimeoutError:
                pass
            else:
                return
            if self._deadline is None or self._deadline.at > workflow.now():
                return
        self._case.drive(Tick(), ENGINE, workflow.now())
        self._moved()

    def _sooner(self, armed: Deadline | None) -> bool:
        """Whether the timer must be armed anew: only for something sooner.

        One that turns out too early looks again; moving it for every step would cost two events.
        """
        now = self._deadline
        return now is not None and (armed is None or now.at < armed.at)

    def _timer_line(self, deadline: Deadline | None) -> str | None:
        return story_board.timer_line(self._case.state, deadline) if deadline else None

    def _should_renew(self) -> bool:
        return workflow.info().is_continue_as_new_suggested() and self._quiet()

    def _moved(self) -> None:
        """After every change: begin deliveries, find the next deadline, tell Temporal's page."""
        for effect in self._case.state.effects:
            if effect.begun and effect.key not in self._delivering:
                self._delivering.add(effect.key)
                asyncio.create_task(self._deliver(effect))  # noqa: RUF006 (the SDK keeps tasks)
        self._deadline = due(self._case.state)
        self._tell()

    def _show(self) -> None:
        """Let operators find the case by how it stands: with every batch, not with every step."""
        now = search_attributes.shown(self._case.state)
        if updates := search_attributes.differences(self._shown, now):
            workflow.upsert_search_attributes(updates)
            self._shown = now

    def _tell(self) -> None:
        told = story_board.details(self._case.state, self._case.book, self._deadline)
        if self._stuck:
            told = f"**Not written down: {self._stuck}. A person must look.**\n\n{told}"
        workflow.set_current_details(told)

    def _cancelled_by_operator(self) -> None:
        """Somebody pressed Cancel on Temporal's page: a command like any other."""
        if self._case.state.status not in OVER:
            self._case.drive(Cancel(), OPERATOR, workflow.now())
            self._moved()

    # -- deeds ---------------------------------------------------------------------------------

    async def _project(self) -> None:
        """Write down whatever has gathered, batch by batch, for as long as it takes."""
        case = self._case
        while True:
            await workflow.wait_condition(lambda: bool(case.outbox or case.unprojected))
            batch = case.batch()
            try:
                await workflow.execute_activity(
                    "write_down",
                    batch,
                    result_type=int,
                    start_to_close_timeout=options.WRITE_DOWN_TIMEOUT,
                    retry_policy=options.WRITE_DOWN_RETRY,
                    summary=f"write down events to {case.state.version}",
                )
            except ActivityError as error:
                if exceptions.is_cancelled_exception(error):
                    return  # the next run writes it; one command more and this run could not end
                self._stuck = code_of(error)
                self._tell()
                await workflow.sleep(options.STUCK_PAUSE, summary="not written down; try again")
                continue
            case.written(batch)
            self._show()
            if self._stuck:
                self._stuck = None
                self._tell()

    async def _read(self) -> None:
        """Have the customer's words read. Nothing waits for it: no step, no end, no new run.

        What a run did not hear of, the next one asks again; reading twice changes nothing.
        """
        while True:
            await workflow.wait_condition(self._to_read)
            asked = self._case.state.unread[: options.READ_AT_ONCE]
            told = {one.content_id: one for one in await reading.words(self._case.state, asked)}
            for content_id in asked:
                words = told.get(content_id, ReadWords(content_id=content_id))
                self._case.drive(NoteReading(**dict(words)), ENGINE, workflow.now())
            self._moved()

    def _to_read(self) -> bool:
        state = self._case.state
        return bool(state.unread) and state.status not in OVER

    async def _look_again(self) -> None:
        """Have another reader look at the newest words. What becomes of it changes no step."""
        while True:
            await workflow.wait_condition(self._to_look_again)
            if (words := self._case.state.look_again) is None:
                continue
            self._looked_at = words.content_id
            told = await reading.second(self._case.state, words.content_id)
            if told is not None:
                note = NoteReading(content_id=words.content_id, sentiment=told, second=True)
                self._case.drive(note, ENGINE, workflow.now())
                self._moved()

    def _to_look_again(self) -> bool:
        words = self._case.state.look_again
        wanted = words is not None and words.content_id != self._looked_at
        return wanted and self._case.state.status not in OVER

    async def _deliver(self, effect: PendingEffect) -> None:
        """Hand one delivery over and take its end back into the case."""
        try:
            if effect.kind is EffectKind.CASE_JOINED:
                result = await self._join(effect)
            elif effect.effect_class is EffectClass.REQUEST:
                result = await self._request(effect)
            else:
                result = await self._hand_over(effect)
        except ActivityError as error:
            result = gave_up(effect, error)
        ended = EndEffect(key=effect.key, status=result.status, detail=result.detail)
        self._case.drive(ended, ENGINE, workflow.now())
        self._delivering.discard(effect.key)
        self._moved()

    async def _hand_over(self, effect: PendingEffect) -> DeliveryResult:
        result: DeliveryResult = await workflow.execute_activity(
            "deliver",
            orders.delivery(self._case.state, self._case.book, effect, workflow.now()),
            task_queue=delivery_queue(workflow.info().task_queue),
            result_type=DeliveryResult,
            start_to_close_timeout=options.DELIVER_TIMEOUT,
            heartbeat_timeout=options.DELIVER_HEARTBEAT,
            schedule_to_close_timeout=options.DELIVER_FOR,
            retry_policy=options.DELIVER_RETRY,
            summary=f"send {effect.kind} to {effect.recipient.kind}".replace("_", " "),
        )
        return result

    async def _request(self, effect: PendingEffect) -> DeliveryResult:
        order = orders.request(self._case.state, effect, workflow.now())
        result: DeliveryResult = await workflow.execute_activity(
            "request",
            order,
            task_queue=request_queue(workflow.info().task_queue),
            result_type=DeliveryResult,
            start_to_close_timeout=options.REQUEST_TIMEOUT,
            schedule_to_close_timeout=options.REQUEST_FOR,
            retry_policy=options.REQUEST_RETRY,
            summary=f"{effect.kind} to {effect.target or 'the customer'}".replace("_", " "),
        )
        return result

    async def _join(self, effect: PendingEffect) -> DeliveryResult:
        order = orders.join(self._case.state, effect, workflow.now())
        result: DeliveryResult = await workflow.execute_activity(
            "join",
            order,
            result_type=DeliveryResult,
            start_to_close_timeout=options.REQUEST_TIMEOUT,
            schedule_to_close_timeout=options.REQUEST_FOR,
            retry_policy=options.REQUEST_RETRY,
            summary=f"have E-{self._case.state.merged_into_number} take it in",
        )
        return result

    # -- ends ----------------------------------------------------------------------------------

    def _quiet(self) -> bool:
        """Nothing is under way that another run could not take over; the outbox it can."""
        return not self._delivering and workflow.all_handlers_finished()

    def _written(self) -> bool:
        return not self._case.outbox and not self._case.unprojected

    def _ended(self) -> bool:
        state = self._case.state
        return state.status in OVER and not state.effects and self._written() and self._quiet()


def _operation(name: str, given: Sequence[RawValue]) -> Operation:
    """The operation that an update carries. Raises FieldsInvalid when it is none."""
    try:
        found: Operation = workflow.payload_converter().from_payload(given[0].payload, Operation)
    except Exception as error:
        raise FieldsInvalid(f"{name}: this is no operation.") from error
    return found


def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for one in tasks:
        one.cancel()
