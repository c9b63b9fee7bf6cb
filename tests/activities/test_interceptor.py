"""What an activity's exception says stays in the worker: neither history nor logs may have it."""

from datetime import timedelta
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import Worker

from activities.interceptor import ErrorsToTemporal
from models.errors import DeliveryDelayed, ProjectionForked
from models.store.session import Store
from workflows.sandbox import free_runner

WORDS = "my-husband-died-in-march"
"""What a customer wrote: no exception may carry it out of the worker."""


class Whole(BaseModel):
    """A noun whose validation error quotes what was given."""

    number: int


@workflow.defn(name="Breaks")
class Breaks:
    """Lets one deed break, and breaks with it."""

    @workflow.run
    async def run(self, how: str) -> None:
        """Do it once."""
        await workflow.execute_activity(
            "break",
            how,
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


class Breakages:
    """Ways in which a deed can break whose exceptions quote the customer."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @activity.defn(name="break")
    async def break_(self, how: str) -> None:
        """Break that way."""
        await getattr(self, f"_{how}")()

    async def _plain(self) -> NoReturn:
        raise RuntimeError(f"cannot send {WORDS}")

    async def _from_another(self) -> NoReturn:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise RuntimeError(f"no {WORDS}") from error

    async def _while_handling_another(self) -> NoReturn:
        try:
            raise KeyError(WORDS)
        except KeyError:
            raise LookupError(WORDS)  # noqa: B904 (the context is what is meant here)

    async def _several(self) -> NoReturn:
        raise ExceptionGroup(WORDS, [ValueError(WORDS)])

    async def _validation(self) -> None:
        Whole.model_validate({"number": WORDS})

    async def _surrogate(self) -> None:
        f"{WORDS}\ud800".encode()

    async def _constraint(self) -> None:
        put = "INSERT INTO contents (id, kind, text, hash) VALUES (:id, :words, :words, :words)"
        async with self.store.transaction() as connection:
            await connection.execute(text(put), {"id": uuid4(), "words": WORDS})

    async def _statement(self) -> None:
        async with self.store.transaction() as connection:
            await connection.execute(text("SELECT :words FROM nowhere"), {"words": WORDS})

    async def _late(self) -> NoReturn:
        try:
            raise OSError(WORDS)
        except OSError as error:
            again_after = timedelta(seconds=7)
            raise DeliveryDelayed("The mail server is away.", again_after=again_after) from error

    async def _forked(self) -> NoReturn:
        try:
            raise ValueError(WORDS)
        except ValueError as error:
            raise ProjectionForked("There is another event.") from error


async def _broken(client: Client, store: Store, how: str) -> tuple[ApplicationError, str]:
    """The error as Temporal has it, and the whole history as text."""
    queue = f"breaks-{uuid4().hex}"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Breaks],
        activities=[Breakages(store).break_],
        workflow_runner=free_runner(),
        interceptors=[ErrorsToTemporal()],
    ):
        handle = await client.start_workflow(Breaks.run, how, id=queue, task_queue=queue)
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    return failed.value.cause.cause, (await handle.fetch_history()).to_json()


@pytest.mark.parametrize(
    ("how", "code", "for_good"),
    [
        ("plain", "RuntimeError", False),
        ("from_another", "RuntimeError", False),
        ("while_handling_another", "LookupError", False),
        ("several", "ExceptionGroup", False),
        ("validation", "ValidationError", False),
        ("surrogate", "poison", True),
        ("constraint", "poison", True),
        ("statement", "store-error", False),
        ("late", "delivery-delayed", False),
        ("forked", "projection-forked", True),
    ],
)
async def test_no_exception_carries_customers_words_into_history_or_logs(
    how: str,
    code: str,
    for_good: bool,
    client: Client,
    store: Store,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[Any],
) -> None:
    with caplog.at_level("DEBUG"):
        error, history = await _broken(client, store, how)
    assert (error.type, error.non_retryable) == (code, for_good)
    assert "ACTIVITY_TASK_FAILED" in history
    assert WORDS not in history
    printed = capsys.readouterr()
    logged = f"{caplog.text}{printed.out}{printed.err}"
    assert "activity failed" in logged
    assert "Completing activity as failed" in logged
    assert WORDS not in logged


async def test_temporal_hears_when_to_try_again(client: Client, store: Store) -> None:
    late, _ = await _broken(client, store, "late")
    assert late.next_retry_delay == timedelta(seconds=7)
    plain, _ = await _broken(client, store, "plain")
    assert plain.next_retry_delay is None
