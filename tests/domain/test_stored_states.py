"""A state that was stored by an earlier version is still read."""

from models.escalation import EscalationState
from tests.domain.cases import World


def test_what_is_no_longer_part_of_a_state_is_left_out() -> None:
    state = World().state
    stored = state.model_dump(mode="json") | {"ever_breached": True}
    assert EscalationState.model_validate(stored) == state
    assert "ever_breached" not in EscalationState.model_validate(stored).model_dump()
