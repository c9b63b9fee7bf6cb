"""What an error means on Temporal's side of a case, and what Temporal's errors mean on ours."""

from temporalio import exceptions
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from models.delivery import DeliveryStatus, EffectClass, PendingEffect
from models.errors import BY_CODE, RightnowError, RuleBroken
from models.messages import DeliveryResult


def refusal(error: RightnowError) -> ApplicationError:
    """What refuses an update: the same code and words, and no second try."""
    return ApplicationError(error.detail, type=error.code, non_retryable=True)


def no_deadlines(error: FailureError) -> RightnowError:
    """Why an operation is refused whose deadlines cannot be computed, however often one tries.

    What breaks in a local activity comes as it is, not within an ActivityError.
    """
    code = error.type if isinstance(error, ApplicationError) else None
    leaf = BY_CODE.get(code or "", RuleBroken)
    return leaf("The new deadlines cannot be computed. The case stays as it was.")


def gave_up(effect: PendingEffect, error: ActivityError) -> DeliveryResult:
    """How a delivery ends that was tried for as long as it may be.

    A letter whose last attempt gave no sign of life may have left: nobody knows.
    """
    if effect.effect_class is EffectClass.LETTER and isinstance(
        error.cause, exceptions.TimeoutError
    ):
        detail = "It was tried for hours; whether it left, nobody knows."
        return DeliveryResult(status=DeliveryStatus.UNKNOWN, detail=detail)
    detail = f"It could not be sent ({code_of(error)})."
    return DeliveryResult(status=DeliveryStatus.FAILED, detail=detail)


def code_of(error: ActivityError) -> str:
    """What went wrong, as a code."""
    cause = error.cause
    return cause.type or "error" if isinstance(cause, ApplicationError) else type(cause).__name__
