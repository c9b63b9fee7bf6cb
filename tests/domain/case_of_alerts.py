"""A case in which everything that is worth an alert is so, for tests that look at each kind."""

from collections.abc import Iterator

from domain.alerts import Occasion, occasions
from models.alert import AlertRules
from models.escalation import EscalationState
from models.sentiment import Mood
from models.signal import Heard, SignalKind
from tests.domain import cases
from tests.domain.world import World


def everything() -> EscalationState:
    """All at once, but for what clocks alert of: a clock that was missed warns no more."""
    world = World(cases.task("own"))
    remind_at = world.run("own").remind_at
    assert remind_at is not None
    world.sleep_until(remind_at)
    return world.state.model_copy(
        update={
            "heard": tuple(Heard(kind=kind, last_at=world.now, round=1) for kind in SignalKind),
            "mood": Mood(drops=(1,)),
            "touches": 50,
            "customer_annual_value": 10**9,
            "predicted_at_first": 0.9,
            "predicted": 0.1,
        }
    )


def about_to_alert() -> Iterator[Occasion]:
    """Occasions of every kind that there is."""
    world = World(cases.task("own"))
    for at in (world.state.clocks[0].warn_at, world.state.clocks[0].due_at):
        world.sleep_until(at)
        yield from occasions(world.state, AlertRules())
    yield from occasions(everything(), AlertRules())
