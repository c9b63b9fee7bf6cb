"""Random playbooks: any steps, any jumps, any conditions."""

from typing import Any

from hypothesis import strategies as st

from models.actor import Role
from models.alert import AlertRules
from models.edition import Edition
from models.messages import HouseRules
from models.money import CreditLimits
from models.playbook import Playbook
from models.step import ENGINE_RUN, Step, StepKind
from tests.domain import cases
from tests.domain.cases import DAY, FAR_AWAY, HOUR, LONG_AGO, MINUTE, NOON

KINDS = tuple(StepKind)
CONDITIONS: tuple[dict[str, Any] | None, ...] = (
    *([None] * 9),
    {"field": "severity", "op": "one_of", "value": ["high", "critical"]},
    {"field": "appointment.known", "op": "is", "value": True},
    {"field": "touches", "op": "at_least", "value": 2},
    {"not": {"field": "reopened", "op": "at_least", "value": 1}},
)
CASE_ROLES = (Role.AGENT, Role.SENIOR, Role.MANAGER)
MOMENTS = (None, NOON + 2 * HOUR, NOON + 3 * DAY, NOON - DAY, LONG_AGO, FAR_AWAY)


@st.composite
def outcomes_of(draw: st.DrawFn, names: list[str]) -> list[str]:
    """One to three outcomes; some have contact, some lead somewhere."""
    leads = ["", "", "", " -> resolve", " -> up to senior", " -> up to manager"]
    leads += [f" -> {name}" for name in names]
    leads += [f" -> {name} after {wait}" for name in names for wait in ("0s", "10m", "2d")]
    count = draw(st.integers(1, 3))
    return [
        f"o{n}{draw(st.sampled_from(['', '!', '+', '!+']))}{draw(st.sampled_from(leads))}"
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
    told = () if kind in ENGINE_RUN else tuple(draw(outcomes_of(names)))
    return cases.step(
        str(kind),
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
            "escalate_to": draw(st.sampled_from([None, *CASE_ROLES])),
            "go_to": draw(st.sampled_from([None, None, *names])),
        },
        group=draw(st.sampled_from([None, None, "g", "g", "h"])),
        **draw(of_a_kind(kind)),
    )


@st.composite
def of_a_kind(draw: st.DrawFn, kind: StepKind) -> dict[str, Any]:
    """What only steps of this kind say."""
    match kind:
        case StepKind.APPROVAL:
            return {"approver": draw(st.sampled_from(CASE_ROLES))}
        case StepKind.CREDIT:
            return {"approve_within": draw(st.sampled_from(["0s", "10m", "2d"]))}
        case StepKind.WEBHOOK:
            return {"target": draw(st.sampled_from(["crm", "bills"]))}
        case _:
            return {}


@st.composite
def playbooks(draw: st.DrawFn) -> Playbook:
    """One to eight steps of any kind."""
    names = [f"s{n}" for n in range(draw(st.integers(1, 8)))]
    steps = [draw(steps_of(names, place)) for place in range(len(names))]
    return cases.playbook(*steps, resolve_within=draw(st.sampled_from([None, "0s", "1h"])))


@st.composite
def house_rules(draw: st.DrawFn) -> HouseRules:
    """Rules of a house, those of a case from before there were any among them."""
    within = draw(st.sampled_from([None, None, 10 * MINUTE]))
    return HouseRules(
        alerts=draw(st.sampled_from([None, AlertRules(), AlertRules(touches=2, value=0)])),
        credit_limits=draw(st.sampled_from([cases.LIMITS, CreditLimits()])),
        tell_owners=draw(st.booleans()),
        owner_acts_within=within,
        edition=draw(st.sampled_from(Edition)),
    )
