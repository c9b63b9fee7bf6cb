"""The audit as a workflow: short, started by a schedule, one at a time.

Waits for: one look at everything, and when all is well one sign to whoever waits for it outside.
Ends after minutes at most. Promises: no sign of life when anything is wrong, or was not looked at.
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from models.audit import AuditOrder, AuditResult
from workflows import options


@workflow.defn(name="Audit")
class AuditWorkflow:
    """One audit."""

    @workflow.run
    async def run(self, order: AuditOrder) -> AuditResult:
        """Look, and tell. An audit that breaks has not passed; the next one comes anyway."""
        try:
            result: AuditResult = await workflow.execute_activity(
                "audit",
                order,
                result_type=AuditResult,
                start_to_close_timeout=options.AUDIT_TIMEOUT,
                heartbeat_timeout=options.AUDIT_SILENCE,
                retry_policy=options.AUDIT_RETRY,
                summary="look at everything that can have been lost",
            )
        except ActivityError as error:
            result = AuditResult(passed=False, code=_code(error))
        workflow.set_current_details(_words(result))
        if result.passed and order.pings:
            try:
                await workflow.execute_activity(
                    "give_sign",
                    start_to_close_timeout=options.SIGN_TIMEOUT,
                    retry_policy=options.SIGN_RETRY,
                    summary="say outside that all is well",
                )
            except ActivityError as error:
                return result.model_copy(update={"code": _code(error)})
        return result


def _words(result: AuditResult) -> str:
    if result.passed:
        return "**All is well.**"
    if result.code is not None:
        return f"**The audit could not be finished: {result.code}.**"
    return f"**{result.findings} wrong, {result.healed} put right.** See: `rightnow audit`"


def _code(error: ActivityError) -> str:
    cause = error.cause
    return cause.type or "error" if isinstance(cause, ApplicationError) else type(cause).__name__
