"""One assist: a language model is asked for words, once, and nothing waits for it for long.

Waits for: the deed on the queue of what may be slow. Ends when it ended, or when nobody has worked
on it in time. Promises nothing but an end: the playbook's words are on the screen all the while.
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from models.assist import AssistOrder, AssistResult
from workflows import options
from workflows.queues import assist_queue


@workflow.defn(name="Assist")
class AssistWorkflow:
    """Words for one case."""

    @workflow.run
    async def run(self, order: AssistOrder) -> AssistResult:
        """Have it done, or say that nobody could."""
        try:
            result: AssistResult = await workflow.execute_activity(
                "word",
                order,
                task_queue=assist_queue(workflow.info().task_queue),
                result_type=AssistResult,
                start_to_close_timeout=options.ASSIST_TIMEOUT,
                schedule_to_close_timeout=options.ASSIST_FOR,
                retry_policy=options.ASSIST_RETRY,
                summary="ask the language model",
            )
        except ActivityError:
            return AssistResult(written=False, why="Nobody could ask the language model in time.")
        return result
