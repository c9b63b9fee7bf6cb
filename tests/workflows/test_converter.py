"""The data converter: what it writes is what the SDK's own would, with less made anew."""

from datetime import UTC, datetime

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import WorkflowSerializationContext

from models.ids import new_id, workflow_id
from models.messages import Receipt
from workflows.converter import data_converter

RECEIPT = Receipt(op_id=new_id(), status="applied", version=3)
VALUES = [RECEIPT, None, b"bytes", "words", 7, datetime(2026, 11, 22, tzinfo=UTC), {"a": [1]}]


async def test_it_writes_and_reads_as_the_sdks_own() -> None:
    ours, theirs = data_converter(), pydantic_data_converter
    written = await ours.encode(VALUES)
    assert written == await theirs.encode(VALUES)
    assert (await ours.decode(written[:1], [Receipt])) == [RECEIPT]


def test_a_copy_for_a_workflow_shares_all_but_the_codec() -> None:
    whole = data_converter()
    here = whole.with_context(WorkflowSerializationContext("default", workflow_id(new_id())))
    assert here.payload_codec != whole.payload_codec
    assert here.payload_converter is whole.payload_converter
    assert here.failure_converter is whole.failure_converter


def test_how_a_model_is_read_is_found_out_once() -> None:
    parts = [data_converter().payload_converter_class().converters for _ in range(2)]  # type: ignore[attr-defined]
    assert all(parts[0][name] is parts[1][name] for name in parts[0])
