"""Domain errors on their way into Temporal: one code, and whether trying again helps."""

import asyncio
from typing import Any

import structlog
from psycopg import DataError, IntegrityError
from sqlalchemy.exc import DBAPIError
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from models.errors import DeliveryDelayed, RightnowError

_log = structlog.get_logger("activities")
POISON = "poison"
"""The code of what PostgreSQL will never take: trying again cannot help; a person must look."""


class ErrorsToTemporal(Interceptor):
    """Turns errors of activities into `ApplicationError(type=code)`."""

    def intercept_activity(
        self,
        next: ActivityInboundInterceptor,  # noqa: A002 (the SDK's own name)
    ) -> ActivityInboundInterceptor:
        """Stand before every activity."""
        return _Translator(next)


class _Translator(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        try:
            return await super().execute_activity(input)
        except RightnowError as error:
            _log.warning("activity failed", code=error.code, activity=input.fn.__name__)
            raise ApplicationError(
                error.detail,
                type=error.code,
                non_retryable=not error.retryable,
                next_retry_delay=error.again_after if isinstance(error, DeliveryDelayed) else None,
            ) from None
        except (ApplicationError, asyncio.CancelledError):
            raise
        except (UnicodeEncodeError, DBAPIError) as error:
            cause = getattr(error, "orig", error)
            poison = isinstance(cause, UnicodeEncodeError | DataError | IntegrityError)
            code = POISON if poison else "store-error"
            _log.error("activity failed", code=code, activity=input.fn.__name__)
            raise ApplicationError(type(cause).__name__, type=code, non_retryable=poison) from None
        except Exception as error:  # noqa: BLE001 (the one place that may)
            # Its text may hold customers' words, which neither histories nor logs may have.
            kind = type(error).__name__
            _log.error("activity failed", code="internal", error=kind, activity=input.fn.__name__)
            raise ApplicationError("internal", type=kind) from None
