"""The language model as deeds ask it: one answer within the deadline, or NoAnswer. Nothing else.

In this order: an answer that was given before; the breaker; a place among those who ask at once;
the day's tokens; one call; what it came to, on record. Each of them may say no, and all of them
together take no longer than the deadline, but for a second in which the end is written down.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from activities.adapters.llm.answers import Answers, digest, key_of
from activities.adapters.llm.breaker import Breaker, Trial
from activities.adapters.llm.budget import Budget
from activities.adapters.llm.reply import Reply
from activities.adapters.llm.wire import Wire
from activities.ports import NoAnswer
from models.errors import StoreUnavailable
from models.llm import Answered, Ask, LlmCall, LlmOutcome, LlmSetup, LlmTrouble
from models.store.session import Store

SETTLED_WITHIN = 1.0
"""Seconds for writing down how a call ended."""

_NOT_ITS_FAULT = frozenset({LlmTrouble.REFUSED, LlmTrouble.CUT_SHORT})
"""The endpoint works; it was the question."""

_FREE = frozenset(
    {LlmTrouble.RATE_LIMITED, LlmTrouble.NOT_LET_IN, LlmTrouble.NOT_FOUND, LlmTrouble.UNREACHABLE,
     LlmTrouble.FAILED}
)  # fmt: skip
"""Nothing was answered, so nothing was spent. After any other trouble all that a call may have
cost counts as spent."""

log = structlog.get_logger()


class LlmClient:
    """A LanguageModel behind an OpenAI-compatible endpoint. Its keeper closes it."""

    def __init__(
        self, setup: LlmSetup, store: Store, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._setup, self._clock = setup, clock
        self._wire = Wire(setup, clock=clock)
        self._breaker = Breaker(clock)
        self._budget = Budget(store, setup)
        self._answers = Answers(store, timedelta(seconds=setup.keep_answers))
        self._places = asyncio.Semaphore(setup.at_once)

    async def ask(self, ask: Ask) -> Answered:
        """Answer within the deadline. Raises NoAnswer."""
        by = asyncio.get_running_loop().time() + self._setup.deadline
        key = key_of(self._setup, ask)
        async with _until(by, LlmTrouble.BUDGET_UNKNOWN):
            told = await self._answers.find(key)
        if told is not None:
            free = {"tokens_in": 0, "tokens_out": 0, "latency_ms": 0}
            return Answered(told=told, model=self._setup.model, cached=True, **free)
        self._breaker.require_closed()
        async with self._place(by):
            with self._breaker.trial() as trial:
                async with _until(by, LlmTrouble.BUDGET_UNKNOWN):
                    call = await self._budget.reserve(ask)
                return await self._answer(ask, key, call, trial, by)

    async def close(self) -> None:
        """Close the connections to the endpoint."""
        await self._wire.close()

    async def _answer(self, ask: Ask, key: str, call: LlmCall, trial: Trial, by: float) -> Answered:
        began = self._clock()
        try:
            async with _until(by, LlmTrouble.TIMEOUT):
                reply = await self._wire.send(ask)
        except NoAnswer as none:
            rests = self._judge(none, trial)
            await self._settle(_failed(call, none.trouble, rests, self._since(began)))
            raise
        trial.well()
        ended = _answered(call, reply, self._since(began))
        answered = Answered(
            told=reply.told,
            model=ended.model,
            tokens_in=ended.tokens_in,
            tokens_out=ended.tokens_out,
            latency_ms=ended.latency_ms,
        )
        ended = ended.model_copy(update={"answer_hash": digest(answered.text)})
        await self._settle(ended, key, answered)
        return answered

    def _judge(self, none: NoAnswer, trial: Trial) -> float | None:
        if none.trouble in _NOT_ITS_FAULT:
            trial.well()
            return None
        return trial.ill(none.wait)

    def _since(self, began: float) -> int:
        return round((self._clock() - began) * 1000)

    @asynccontextmanager
    async def _place(self, by: float) -> AsyncIterator[None]:
        """A place among those who ask. Half of the time is waited: an answer needs some too."""
        half = by - self._setup.deadline / 2
        async with _until(half, LlmTrouble.BUSY):
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _settle(
        self, call: LlmCall, key: str | None = None, answered: Answered | None = None
    ) -> None:
        """Write down how it ended. When that cannot be done, the caller is not told of it."""
        log.info(
            "llm_called",
            task=call.task,
            outcome=call.outcome,
            tokens=call.tokens_in + call.tokens_out,
            latency_ms=call.latency_ms,
            rests=call.rests,
        )
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                await self._budget.settle(call)
                if key is not None and answered is not None:
                    await self._answers.keep(key, call, answered.told)
        except (StoreUnavailable, TimeoutError):
            log.warning("llm_call_not_settled", call=str(call.id))


@asynccontextmanager
async def _until(by: float, trouble: LlmTrouble) -> AsyncIterator[None]:
    """The loop's time by which the block ends. Raises NoAnswer with this trouble."""
    try:
        async with asyncio.timeout_at(by):
            yield
    except TimeoutError:
        raise NoAnswer(trouble) from None


def _answered(call: LlmCall, reply: Reply, latency_ms: int) -> LlmCall:
    """The call with what the endpoint counted; what it did not count stays as it was taken."""
    counted = {"tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out}
    ended = {"outcome": LlmOutcome.ANSWERED, "latency_ms": latency_ms}
    told = {name: count for name, count in counted.items() if count is not None}
    return call.model_copy(update={**ended, **told})


def _failed(call: LlmCall, trouble: LlmTrouble, rests: float | None, latency_ms: int) -> LlmCall:
    ended = {"outcome": LlmOutcome(trouble), "latency_ms": latency_ms, "rests": rests}
    free = {"tokens_in": 0, "tokens_out": 0} if trouble in _FREE else {}
    return call.model_copy(update={**ended, **free})
