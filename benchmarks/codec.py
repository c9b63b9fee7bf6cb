"""What sealing costs: a payload through the codec and back, beside the same without it."""

from temporalio.converter import DataConverter, WorkflowSerializationContext

from benchmarks.figures import Figure, percentile
from benchmarks.house import Clock, House
from models.ids import new_id, workflow_id
from workflows.converter import data_converter

SIZES = {"an operation": 600, "a start": 20_000}
"""Bytes, about as many as ours have."""


async def per_payload(house: House, *, quick: bool) -> list[Figure]:
    """One payload sealed and opened again, as worker and API do it; beside it, no codec."""
    rounds = 500 if quick else 5000
    figures = []
    for what, size in SIZES.items():
        sealed = await _round_trips(
            data_converter(house.stack.settings.payload_keyring), size, rounds
        )
        clear = await _round_trips(data_converter(), size, rounds)
        name = f"codec, per payload ({what}), p50"
        note = f"{rounds} + {rounds} times, {size} bytes, sealed and opened; no target"
        figures.append(Figure(name, sealed, "us", bare=clear, note=note))
    return figures


async def _round_trips(converter: DataConverter, size: int, rounds: int) -> float:
    """The median in microseconds."""
    words = "x" * size
    context = WorkflowSerializationContext(namespace="default", workflow_id=workflow_id(new_id()))
    took = []
    for _ in range(rounds):
        begun = Clock()
        payloads = await converter.with_context(context).encode([words])
        await converter.with_context(context).decode(payloads, [str])
        took.append((Clock() - begun) * 1_000_000)
    return percentile(took, 0.5)
