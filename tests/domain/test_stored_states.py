"""A state that was stored by an earlier version is still read."""

from models.escalation import EscalationState
from models.signal import SignalKind
from tests.domain.world import World


def test_what_is_no_longer_part_of_a_state_is_left_out() -> None:
    state = World().state
    stored = state.model_dump(mode="json") | {"ever_breached": True}
    assert EscalationState.model_validate(stored) == state
    assert "ever_breached" not in EscalationState.model_validate(stored).model_dump()


def test_signals_of_before_they_were_counted_are_heard() -> None:
    state = World().state
    stored = state.model_dump(mode="json") | {"signals": ["cancel", "legal"]}
    read = EscalationState.model_validate(stored)
    assert read.signals == (SignalKind.CANCEL, SignalKind.LEGAL)
    assert {one.last_at for one in read.heard} == {state.opened_at}
    assert EscalationState.model_validate_json(read.model_dump_json()) == read
