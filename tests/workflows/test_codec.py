"""T48: what goes to Temporal is sealed for one case; only what we sealed is opened there."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

from models.ids import begun_at, new_id, workflow_id
from models.payload_key import KEY_BYTES, PayloadKey, read_payload_keys
from tests.keys import KEYS, NEW, OLD
from workflows.codec import (
    REFUSED,
    PayloadKeyMissing,
    is_sealed,
    workflow_of,
)
from workflows.converter import data_converter

WORDS = "Doug Carter, +1 555 010 0142"
HERE, BEGUN = workflow_id(new_id()), datetime.now(UTC)
ELSEWHERE = workflow_id(new_id())
UNDATED = "3d1c6f0e-5b1f-4c59-9d3c-0f2a7a1e8b44"
"""An id that does not tell when it was made."""


def at(converter: DataConverter, workflow: str = HERE, namespace: str = "default") -> DataConverter:
    """The converter as the SDK uses it for a workflow."""
    context = WorkflowSerializationContext(namespace=namespace, workflow_id=workflow)
    return converter.with_context(context)


def in_activity(converter: DataConverter) -> DataConverter:
    """The converter as the SDK uses it for an activity of that workflow."""
    context = ActivitySerializationContext(
        namespace="default",
        activity_id="1",
        activity_type="deliver",
        activity_task_queue="rightnow",
        workflow_id=HERE,
        workflow_type="Escalation",
        is_local=False,
    )
    return converter.with_context(context)


async def sealed(converter: DataConverter | None = None, workflow: str = HERE) -> Payload:
    """Words, sealed for a workflow."""
    [payload] = await at(converter or data_converter(KEYS), workflow).encode([WORDS])
    return payload


async def opened(converter: DataConverter, payload: Payload) -> str:
    """What the codec makes of it: the words, or `refused`."""
    assert converter.payload_codec is not None
    [found] = await converter.payload_codec.decode([payload])
    if found.metadata["encoding"] == REFUSED:
        with pytest.raises(KeyError, match="binary/refused"):
            await converter.decode([payload])
        return "refused"
    return str(converter.payload_converter.from_payload(found, str))


async def test_what_was_sealed_for_a_case_is_opened_there_and_by_its_activities() -> None:
    payload = await sealed()
    assert is_sealed(payload)
    assert WORDS.encode() not in payload.SerializeToString()
    assert workflow_of(payload) == HERE
    assert await opened(at(data_converter(KEYS)), payload) == WORDS
    assert await opened(in_activity(data_converter(KEYS)), payload) == WORDS


async def test_the_same_words_never_look_alike() -> None:
    assert len({(await sealed()).data for _ in range(200)}) == 200


async def test_a_payload_that_is_moved_to_another_case_is_refused() -> None:
    payload = await sealed()
    elsewhere = at(data_converter(KEYS), ELSEWHERE)
    assert await opened(elsewhere, payload) == "refused"
    payload.metadata["workflow-id"] = ELSEWHERE.encode()
    assert await opened(elsewhere, payload) == "refused", "the label is part of the seal"


async def test_a_payload_of_another_namespace_is_refused() -> None:
    other = at(data_converter(KEYS), namespace="other")
    assert await opened(other, await sealed()) == "refused"


@pytest.mark.parametrize("place", [0, 11, 12, -1])
async def test_a_payload_with_one_changed_bit_is_refused(place: int) -> None:
    payload = await sealed()
    changed = bytearray(payload.data)
    changed[place] ^= 1
    payload.data = bytes(changed)
    assert await opened(at(data_converter(KEYS)), payload) == "refused"


@pytest.mark.parametrize("data", [b"", b"short", b"x" * 12, b"x" * 40])
async def test_what_only_says_that_it_is_sealed_is_refused(data: bytes) -> None:
    payload = await sealed()
    payload.data = data
    assert await opened(at(data_converter(KEYS)), payload) == "refused"


async def test_a_payload_in_clear_is_refused() -> None:
    [clear] = await at(data_converter()).encode([WORDS])
    assert await opened(at(data_converter()), clear) == WORDS
    assert await opened(at(data_converter(KEYS)), clear) == "refused"


async def test_a_case_opened_before_the_codec_was_switched_on_may_have_clear_payloads() -> None:
    [clear] = await at(data_converter()).encode([WORDS])
    begun = begun_at(HERE)
    assert begun is not None
    assert abs(begun - BEGUN) < timedelta(minutes=1)
    before = data_converter(KEYS, clear_until=begun)
    after = data_converter(KEYS, clear_until=begun + timedelta(milliseconds=1))
    assert await opened(at(before), clear) == "refused"
    assert await opened(at(after), clear) == WORDS
    assert await opened(at(after), await sealed()) == WORDS


@pytest.mark.parametrize("workflow", ["audit", f"escalation-{UNDATED}", "escalation-", ""])
async def test_what_is_no_case_was_never_begun_in_clear(workflow: str) -> None:
    [clear] = await at(data_converter()).encode([WORDS])
    late = data_converter(KEYS, clear_until=datetime(2100, 1, 1, tzinfo=UTC))
    assert await opened(at(late, workflow), clear) == "refused"


async def test_after_a_rotation_old_payloads_are_opened_and_new_ones_have_the_new_key() -> None:
    old = await sealed(data_converter([OLD]))
    assert await opened(at(data_converter([OLD, NEW])), old) == WORDS
    assert await opened(at(data_converter([NEW, OLD])), old) == WORDS
    new = await sealed(data_converter([NEW, OLD]))
    assert new.metadata["encryption-key-id"] == b"2026"
    assert await opened(at(data_converter([OLD, NEW])), new) == WORDS


@pytest.mark.parametrize("keys", [[NEW], []], ids=["another key", "no key"])
async def test_a_payload_whose_key_is_missing_is_an_error_and_not_refused(
    keys: list[PayloadKey],
) -> None:
    """It may well be ours: the task is done again once the key is there, and nothing is lost."""
    old = await sealed(data_converter([OLD]))
    with pytest.raises(PayloadKeyMissing, match="'2025'"):
        await at(data_converter(keys)).decode([old])


async def test_the_runs_of_a_schedule_open_what_was_sealed_for_the_schedule() -> None:
    scheduled = await sealed(workflow="audit")
    first, second = "audit-2026-11-22T08:00:00Z", "audit-2026-11-22T08:01:00Z"
    assert await opened(at(data_converter(KEYS), first), scheduled) == WORDS
    result = await sealed(workflow=first)
    assert await opened(at(data_converter(KEYS), second), result) == WORDS
    assert await opened(at(data_converter(KEYS), "audit-2"), scheduled) == "refused"


async def test_no_case_gets_a_second_life_under_the_name_of_a_scheduled_run() -> None:
    twin = at(data_converter(KEYS), f"{HERE}-2026-11-22T08:00:00Z")
    assert await opened(twin, await sealed()) == "refused"


async def test_an_error_s_words_are_sealed_and_its_code_is_not() -> None:
    converter = at(data_converter(KEYS))
    failure = Failure()
    try:
        raise ApplicationError(WORDS, WORDS, type="fields-invalid") from ValueError(WORDS)
    except ApplicationError as error:
        await converter.encode_failure(error, failure)
    assert WORDS.encode() not in failure.SerializeToString()
    assert failure.application_failure_info.type == "fields-invalid"
    told = await converter.decode_failure(failure)
    assert isinstance(told, ApplicationError)
    assert (told.message, told.details) == (WORDS, (WORDS,))
    assert isinstance(told.cause, ApplicationError)
    assert told.cause.message == WORDS


async def test_without_keys_everything_is_as_it_was() -> None:
    [clear] = await at(data_converter()).encode([WORDS])
    assert clear.metadata["encoding"] == b"json/plain"


def test_keys_are_read_in_their_order_and_never_shown() -> None:
    text = ",".join(f"{one.id}:{base64.b64encode(one.secret).decode()}" for one in KEYS)
    assert read_payload_keys(text) == KEYS
    assert "nnnn" not in repr(read_payload_keys(text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hunter2", "is not a list such as"),
        ("a b:hunter2", "is not a list such as"),
        ("2026:hunter2!", "is not a list such as"),
        (f"2026:{base64.b64encode(b'x' * 16).decode()}", "not 32 bytes long"),
        (",".join([f"2026:{base64.b64encode(b'x' * KEY_BYTES).decode()}"] * 2), "two keys alike"),
    ],
)
def test_wrong_keys_are_refused_without_being_quoted(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        read_payload_keys(text)
    assert "hunter2" not in str(caught.value)
