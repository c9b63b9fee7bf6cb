"""Random playbooks: any steps, any jumps, any conditions."""

from typing import Any

from hypothesis import strategies as st

from models.actor import Role
from models.playbook import Playbook
from models.step import Step
from tests.domain import cases
from tests.domain.cases import DAY, FAR_AWAY, HOUR, LONG_AGO, NOON

KINDS = ("call", "email", "offer", "follow_up", "task", "notify")
CONDITIONS: tuple[dict[str, Any] | None, ...] = (
    *([None] * 9),
    {"field": "severity", "op": "one_of", "value": ["high", "critical"]},
    {"field": "appointment.known", "op": "is", "value": True},
    {"field": "touches", "op": "at_least", "value": 2},
    {"not": {"field": "reopened", "op": "at_least", "value": 1}},
)
MOMENTS = (None, NOON + 2 * HOUR, NOON + 3 * DAY, NOON - DAY, LONG_AGO, FAR_AWAY)


@st.composite
def outcomes_of(draw: st.DrawFn, names: list[str]) -> list[str]:
    """One to three outcomes; some have contact, some lead somewhere."""
    leads = ["", "", "", " -> resolve", *(f" -> {name}" for name in names)]
    leads += [f" -> {name} after {wait}" for name in names for wait in ("0s", "10m", "2d")]
    count = draw(st.integers(1, 3))
    return [
        f"o{n}{draw(st.sampled_from(['', '!']))}{draw(st.sampled_from(leads))}"
        for n in range(count)
    ]


@st.composite
def steps_of(draw: st.DrawFn, names: list[str], place: int) -> Step:
    """One step, with whatever a playbook may say of it."""
    kind = draw(st.sampled_from(KINDS))
    afters: list[dict[str, Any] | None] = [None, None, None, {"delay": "0s"}, {"delay": "20m"}]
    afters += [{"delay": "24h"}, {"before_appointment": "1h"}]
    if place:
        earlier = draw(st.sampled_from(names[:place]))
        afters += [{"step": earlier}, {"step": earlier, "delay": "1h"}]
        afters += [{"step": earlier, "before_appointment": "30m"}]
    limit = draw(st.sampled_from([None, 1, 2]))
    told = () if kind == "notify" else tuple(draw(outcomes_of(names)))
    return cases.step(
        kind,
        names[place],
        *told,
        after=draw(st.sampled_from(afters)),
        when=draw(st.sampled_from(CONDITIONS)),
        promised=draw(st.booleans()),
        skip=draw(st.sampled_from(["free", "with_reason", "never"])),
        owner=draw(st.sampled_from([Role.AGENT, Role.AGENT, Role.SENIOR, Role.MANAGER])),
        due=draw(st.sampled_from([None, {"within": "0s"}, {"within": "10m"}])),
        repeat={"limit": limit} if limit else None,
        on_timeout={
            "remind_times": draw(st.integers(0, 2)),
            "remind_every": draw(st.sampled_from(["1m", "30m"])),
            "escalate_to": draw(st.sampled_from([None, Role.MANAGER])),
        },
    )


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """One to eight steps of the kinds that can be run."""
    names = [f"s{n}" for n in range(draw(st.integers(1, 8)))]
    steps = [draw(steps_of(names, place)) for place in range(len(names))]
    return cases.playbook(*steps, resolve_within=draw(st.sampled_from([None, "0s", "1h"])))
