"""The escalation's life: a thin shell around the rules, with one timer.

Waits for: operations (by update or by signal), the next deadline, deliveries, PostgreSQL.
Ends when the case is closed, cancelled or merged, everything is written down and every delivery
has ended. Promises: an accepted operation is applied once, whichever door it came by; nothing that
is due happens before its time or twice.
"""

import asyncio
from collections.abc import Sequence

from temporalio import exceptions, workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from activities.deadlines import plan_clocks
from domain.due import Deadline, due
from domain.lifecycle import OVER
from models.actor import ENGINE, OPERATOR
from models.command import Cancel, Change, EndEffect, Operation, Reopen, Tick
from models.delivery import DeliveryStatus, EffectClass, PendingEffect
from models.errors import BY_CODE, FieldsInvalid, RightnowError, RuleBroken
from models.messages import (
    ClockAnswer,
    ClockQuestion,
    DeliveryOrder,
    DeliveryResult,
    Ending,
    EscalationStart,
    Receipt,
)
from models.sla import ClockPlan
from models.step import Notify
from workflows import options, search_attributes, story_board
from workflows.life import LivingCase

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
        self._stuck: str | None = None
        self._shown = search_attributes.shown(self._case.state)
        self._deadline: Deadline | None = due(self._case.state)
        self._tell()

    @workflow.run
    async def run(self, start: EscalationStart) -> Ending:  # noqa: ARG002 (taken by __init__)
        """Live until the case is over and nothing is left to write or to send."""
        projecting = asyncio.create_task(self._project())
        while not self._ended():
            try:
                await self._wait()
            except asyncio.CancelledError:
                self._cancelled_by_operator()
            if workflow.info().is_continue_as_new_suggested() and self._quiet():
                projecting.cancel()
                self._show()
                workflow.continue_as_new(
                    EscalationStart(book=self._case.book, life=self._case.carried())
                )
        projecting.cancel()
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
            raise _refusal(error) from None

    @operation.validator
    def _consider(self, name: str, given: Sequence[RawValue]) -> None:
        try:
            self._case.consider(_operation(name, given), workflow.now())
        except RightnowError as error:
            raise _refusal(error) from None

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
        """State and what is still to be written, to compare with the projection."""
        carried = self._case.carried()
        return carried.model_dump(mode="json", include={"state", "outbox"})

    async def _take(self, operation: Operation) -> Receipt:
        # One at a time: the deadlines of a new severity are computed between read and write, and
        # an operation that came later must not overtake one that waits for them.
        async with self._turn:
            command = operation.command
            if isinstance(command, Change | Reopen):
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
            raise _no_deadlines(error) from None
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
                self._stuck = _code(error)
                self._tell()
                await workflow.sleep(options.STUCK_PAUSE, summary="not written down; try again")
                continue
            case.written(batch)
            self._show()
            if self._stuck:
                self._stuck = None
                self._tell()

    async def _deliver(self, effect: PendingEffect) -> None:
        """Hand one delivery over and take its end back into the case."""
        try:
            result: DeliveryResult = await workflow.execute_activity(
                "deliver",
                self._order(effect),
                result_type=DeliveryResult,
                start_to_close_timeout=options.DELIVER_TIMEOUT,
                schedule_to_close_timeout=options.DELIVER_FOR,
                retry_policy=options.DELIVER_RETRY,
                summary=f"send {effect.kind} to {effect.recipient.kind}".replace("_", " "),
            )
        except ActivityError as error:
            result = _gave_up(effect, error)
        ended = EndEffect(key=effect.key, status=result.status, detail=result.detail)
        self._case.drive(ended, ENGINE, workflow.now())
        self._delivering.discard(effect.key)
        self._moved()

    def _order(self, effect: PendingEffect) -> DeliveryOrder:
        state = self._case.state
        run = state.run(effect.step) if effect.step else None
        step = self._case.book.playbook.step(run.step) if run else None
        kind = (effect.clock or "").partition("#")[0]
        clock = next((one for one in state.clocks if one.kind == kind), None)
        return DeliveryOrder(
            escalation_id=state.id,
            number=state.number,
            effect=effect,
            customer_id=state.customer_id,
            assignee_id=state.assignee_id,
            title_id=state.title_id,
            severity=state.severity,
            step_title=step.title if step else None,
            letter=step.letter if isinstance(step, Notify) else None,
            due_at=clock.due_at if clock else (run.due_at if run else None),
            at=workflow.now(),
            version=state.version,
        )

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


def _refusal(error: RightnowError) -> ApplicationError:
    return ApplicationError(error.detail, type=error.code, non_retryable=True)


def _no_deadlines(error: FailureError) -> RightnowError:
    """Why an operation is refused whose deadlines cannot be computed, however often one tries.

    What breaks in a local activity comes as it is, not within an ActivityError.
    """
    code = error.type if isinstance(error, ApplicationError) else None
    leaf = BY_CODE.get(code or "", RuleBroken)
    return leaf("The new deadlines cannot be computed. The case stays as it was.")


def _gave_up(effect: PendingEffect, error: ActivityError) -> DeliveryResult:
    """How a delivery ends that was tried for as long as it may be.

    A letter whose last attempt gave no sign of life may have left: nobody knows.
    """
    if effect.effect_class is EffectClass.LETTER and isinstance(
        error.cause, exceptions.TimeoutError
    ):
        detail = "It was tried for hours; whether it left, nobody knows."
        return DeliveryResult(status=DeliveryStatus.UNKNOWN, detail=detail)
    detail = f"It could not be sent ({_code(error)})."
    return DeliveryResult(status=DeliveryStatus.FAILED, detail=detail)


def _code(error: ActivityError) -> str:
    cause = error.cause
    return cause.type or "error" if isinstance(cause, ApplicationError) else type(cause).__name__
