"""One question over the wire: one HTTP request, no second try, and no error but NoAnswer.

Exactly one thing is asked again: when the endpoint says that it does not know our manner of asking,
it is asked in another one. That is found out for each schema, and holds for an hour.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import structlog
from openai import APIConnectionError, APIStatusError, APITimeoutError, AsyncOpenAI

from activities.adapters.llm.capped import AnswerTooLarge, CappedLine
from activities.adapters.llm.manner import Manner
from activities.adapters.llm.reply import Reply, read_reply
from activities.ports import NoAnswer
from models.llm import Ask, LlmSetup, LlmTrouble

_TRIES = 4
"""There are three forms of an answer, and newer words for the rest."""

_BY_STATUS = {
    401: LlmTrouble.NOT_LET_IN,
    403: LlmTrouble.NOT_LET_IN,
    404: LlmTrouble.NOT_FOUND,
    413: LlmTrouble.TOO_LARGE,
    429: LlmTrouble.RATE_LIMITED,
}

log = structlog.get_logger()


def _now() -> datetime:
    return datetime.now(UTC)


class Wire:
    """The line to one endpoint. Its keeper closes it."""

    def __init__(
        self,
        setup: LlmSetup,
        now: Callable[[], datetime] = _now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model, self._now = setup.model, now
        self._manner = Manner(clock)
        key = setup.api_key.get_secret_value() if setup.api_key else None
        most = setup.at_once
        line = httpx2.AsyncHTTPTransport(  # SSL_CERT_FILE may name a house's own authority
            limits=httpx2.Limits(max_connections=most, max_keepalive_connections=most),
        )
        self._client = AsyncOpenAI(
            base_url=setup.base_url,
            api_key=key or "none",
            max_retries=0,
            timeout=setup.deadline,
            http_client=httpx2.AsyncClient(
                transport=CappedLine(line, key=key), trust_env=False, follow_redirects=False
            ),
        )
        self._create = self._client.chat.completions.with_raw_response.create

    async def send(self, ask: Ask) -> Reply:
        """Ask, and read the answer. Raises NoAnswer. The caller says how long it may take."""
        for _ in range(_TRIES):
            content = await self._sent(ask)
            if content is not None:
                return read_reply(content, ask.json_schema)
        raise NoAnswer(LlmTrouble.FAILED)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _sent(self, ask: Ask) -> bytes | None:
        """The answer's bytes; None when another manner of asking is to be tried."""
        way = self._manner.way(ask.schema_name)
        request: dict[str, Any] = self._manner.request(ask, way)
        try:
            answer = await self._create(model=self._model, **request)
            content: bytes = answer.content
        except AnswerTooLarge:
            raise NoAnswer(LlmTrouble.TOO_LARGE) from None
        except APITimeoutError:
            raise NoAnswer(LlmTrouble.TIMEOUT) from None
        except APIConnectionError:
            raise NoAnswer(LlmTrouble.UNREACHABLE) from None
        except APIStatusError as error:
            status, said = error.status_code, error.response.text
            if self._manner.learn(ask, way, status, said):
                return None
            wait = _wait(error.response.headers.get("retry-after", ""), self._now())
            raise NoAnswer(_BY_STATUS.get(status, LlmTrouble.FAILED), wait=wait) from None
        except Exception as error:  # noqa: BLE001 (a stranger's bytes never become our error)
            log.warning("llm_unexpected", error=type(error).__name__)
            raise NoAnswer(LlmTrouble.FAILED) from None
        self._manner.accepted(ask.schema_name, way)
        return content


def _wait(told: str, now: datetime) -> float | None:
    """The seconds of a Retry-After, which may be a date; None when it says nothing."""
    if told.isascii() and told.isdigit() and len(told) < 9:
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, TypeError, OverflowError):
        return None
    if at.tzinfo is None:
        return None
    return max((at - now).total_seconds(), 0)
