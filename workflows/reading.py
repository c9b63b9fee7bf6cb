"""Have a customer's words read: by the reader that is always there, and by another one besides.

Nothing waits for either, and neither waits for the other. They have queues of their own: a language
model that is slow holds up nobody's own reading.
"""

import asyncio
from uuid import UUID

from temporalio import exceptions, workflow
from temporalio.exceptions import ActivityError

from models.escalation import EscalationState
from models.messages import ReadingOrder, ReadingResult, ReadWords, SecondOrder, SecondResult
from models.sentiment import Sentiment
from workflows import options
from workflows.queues import reading_queue, second_queue


async def words(state: EscalationState, asked: tuple[UUID, ...]) -> tuple[ReadWords, ...]:
    """What the reader says. Nothing, when nobody could read for a day."""
    try:
        result: ReadingResult = await workflow.execute_activity(
            "read_words",
            ReadingOrder(escalation_id=state.id, number=state.number, content_ids=asked),
            task_queue=reading_queue(workflow.info().task_queue),
            result_type=ReadingResult,
            start_to_close_timeout=options.READ_TIMEOUT,
            schedule_to_close_timeout=options.READ_FOR,
            retry_policy=options.READ_RETRY,
            summary="read how the customer feels",
        )
    except ActivityError as error:
        _pass_on(error)
        return ()
    return result.words


async def second(state: EscalationState, content_id: UUID) -> Sentiment | None:
    """What another reader says of the same words. None, when it comes to nothing else."""
    try:
        result: SecondResult = await workflow.execute_activity(
            "look_again",
            SecondOrder(escalation_id=state.id, content_id=content_id),
            task_queue=second_queue(workflow.info().task_queue),
            result_type=SecondResult,
            start_to_close_timeout=options.SECOND_TIMEOUT,
            schedule_to_close_timeout=options.SECOND_FOR,
            retry_policy=options.SECOND_RETRY,
            summary="ask a language model how the customer feels",
        )
    except ActivityError as error:
        _pass_on(error)
        return None
    return result.sentiment


def _pass_on(error: ActivityError) -> None:
    """What was cancelled ends: the case is over, or goes on in a new run."""
    if exceptions.is_cancelled_exception(error):
        raise asyncio.CancelledError from None
