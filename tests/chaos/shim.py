"""Roots whose answers get lost: `python -m tests.chaos.shim api|worker`.

Each deed is done, and then the caller hears of a timeout (Temporal's `ExecuteAndTimeout`): a commit
of PostgreSQL, a start, update or signal of Temporal, a letter that the mail server has taken, a
call that another system has answered. It finds more than killing does, because every single place
gets its turn. How often, and by which
dice, the environment says; what was lost is noted, so that a checker knows how many copies may be.
"""

import json
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiosmtplib
import psycopg
import uvloop
from sqlalchemy.exc import OperationalError
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.common import RetryPolicy
from temporalio.service import RPCError, RPCStatusCode

import worker
import workflows.client
from activities import delivery, requests
from activities.adapters.outgoing import Answered, Outgoing, OutgoingFailed
from api import __main__ as api_root, app as api_app, sweeper
from models.store.session import Store
from workflows import options

SHARE, SEED, NOTES = "CHAOS_LOST_ANSWERS", "CHAOS_SEED", "CHAOS_NOTES"


PAUSE = timedelta(seconds=2)
"""Before something is tried again. Minutes and hours would outlast every play."""


class Loser:
    """Loses answers by dice, and notes each one."""

    def __init__(self, share: float, seed: str, notes: Path) -> None:
        self.share = share
        self.notes = notes
        self._dice = Random(seed)

    def takes(self, where: str, what: str = "") -> bool:
        """Whether this answer gets lost."""
        if self._dice.random() >= self.share:
            return False
        with self.notes.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"where": where, "what": what}) + "\n")
        return True


def lose_commits(loser: Loser) -> None:
    """PostgreSQL commits, and the connection is gone before it says so."""
    plain = Store._within

    def within(store: Store, opened: AbstractAsyncContextManager[Any]) -> Any:
        return plain(store, _then_gone(opened, loser))

    Store._within = within  # type: ignore[method-assign, assignment]


@asynccontextmanager
async def _then_gone(opened: AbstractAsyncContextManager[Any], loser: Loser) -> Any:
    async with opened as connection:
        yield connection
    if loser.takes("commit"):
        raise OperationalError(None, None, psycopg.OperationalError("the answer was lost"))


def lose_letters(loser: Loser) -> None:
    """The mail server takes the letter, and the connection breaks before its 250 arrives."""
    plain = aiosmtplib.SMTP.data

    async def data(client: aiosmtplib.SMTP, message: bytes, *more: Any, **named: Any) -> Any:
        done = await plain(client, message, *more, **named)
        if loser.takes("letter", _message_id(message)):
            raise aiosmtplib.SMTPServerDisconnected("the answer was lost")
        return done

    aiosmtplib.SMTP.data = data  # type: ignore[method-assign, assignment]


def _message_id(letter: bytes) -> str:
    head = letter.decode("utf-8", "replace").partition("\n\n")[0]
    lines = [one for one in head.splitlines() if one.lower().startswith("message-id:")]
    return lines[0].partition(":")[2].strip() if lines else ""


def lose_calls(loser: Loser) -> None:
    """The other system takes the call, and the connection breaks before its answer arrives."""
    plain = Outgoing.post

    async def post(out: Outgoing, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
        answered = await plain(out, url, headers, body)
        if loser.takes("call", headers["Webhook-Id"]):
            raise OutgoingFailed("the answer was lost")
        return answered

    Outgoing.post = post  # type: ignore[method-assign, assignment]


def shorten_pauses() -> None:
    """What did not leave, or has no answer, is tried again soon, as often as ever.

    Between the attempts are minutes and hours, ever more of them, and each attempt is several
    places at which an answer can be lost.
    """
    delivery.MAIL_AWAY = delivery.MAIL_AWAY_AT_MOST = PAUSE
    sweeper.AGAIN_AFTER = PAUSE
    requests.PLAN = tuple(PAUSE for _ in requests.PLAN)  # type: ignore[assignment]
    options.REQUEST_RETRY = _soon(options.REQUEST_RETRY)
    options.READ_RETRY = _soon(options.READ_RETRY)


def _soon(policy: RetryPolicy) -> RetryPolicy:
    """As often, and soon each time. It holds inside workflows: a worker has no sandbox."""
    return replace(policy, initial_interval=PAUSE, backoff_coefficient=1)


class LostReplies(Interceptor):
    """Temporal does it, and the reply never arrives."""

    def __init__(self, loser: Loser) -> None:
        self.loser = loser

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        """Stand between us and Temporal."""
        return _Outbound(next, self.loser)


class _Outbound(OutboundInterceptor):
    def __init__(self, inner: OutboundInterceptor, loser: Loser) -> None:
        super().__init__(inner)
        self.loser = loser

    def _lose(self, where: str) -> None:
        if self.loser.takes(where):
            raise RPCError("the reply was lost", RPCStatusCode.DEADLINE_EXCEEDED, b"")

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        done = await super().start_workflow(input)
        self._lose("start")
        return done

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        await super().signal_workflow(input)
        self._lose("signal")

    async def start_workflow_update(
        self,
        input: StartWorkflowUpdateInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        done = await super().start_workflow_update(input)
        self._lose("update")
        return done

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        done = await super().start_update_with_start_workflow(input)
        self._lose("update with start")
        return done


def lossy(connect: Callable[..., Awaitable[Client]], loser: Loser) -> Callable[..., Any]:
    """A `connect` whose client loses replies."""

    async def connected(*given: Any, **named: Any) -> Client:
        plain = await connect(*given, **named)
        told: dict[str, Any] = {**plain.config(), "interceptors": [LostReplies(loser)]}
        return Client(**told)

    return connected


def arm(root: str) -> None:
    """Lose answers as the environment says."""
    share, notes = float(os.environ[SHARE]), Path(os.environ[NOTES])
    loser = Loser(share, f"{os.environ[SEED]}/{root}", notes)
    lose_commits(loser)
    lose_letters(loser)
    lose_calls(loser)
    shorten_pauses()
    connect: Callable[..., Coroutine[Any, Any, Client]] = lossy(workflows.client.connect, loser)
    worker.connect = connect  # type: ignore[attr-defined]
    api_app.connect = connect  # type: ignore[attr-defined]


def main() -> None:
    """Arm the shim and run the root."""
    root = sys.argv[1]
    arm(root)
    if root == "api":
        api_root.main()
    else:
        uvloop.run(worker.main())


if __name__ == "__main__":
    main()
