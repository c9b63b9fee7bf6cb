"""What operators can search for in Temporal. Ids and states only, never a customer's words."""

from datetime import datetime
from typing import Any

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from models.escalation import EscalationState, number_text
from models.messages import Opening

NUMBER = SearchAttributeKey.for_keyword("EscalationNumber")
SEVERITY = SearchAttributeKey.for_keyword("Severity")
STATUS = SearchAttributeKey.for_keyword("EscalationStatus")
PLAYBOOK = SearchAttributeKey.for_keyword("Playbook")
ASSIGNEE = SearchAttributeKey.for_keyword("Assignee")
SLA_DUE_AT = SearchAttributeKey.for_datetime("SlaDueAt")
SLA_BREACHED = SearchAttributeKey.for_bool("SlaBreached")
CHURN_RISK = SearchAttributeKey.for_float("ChurnRisk")

REGISTRATION = {
    "EscalationNumber": "Keyword",
    "Severity": "Keyword",
    "EscalationStatus": "Keyword",
    "Playbook": "Keyword",
    "Assignee": "Keyword",
    "SlaDueAt": "Datetime",
    "SlaBreached": "Bool",
    "ChurnRisk": "Double",
}
"""Names and types, for `temporal operator search-attribute create` and the local server."""

Shown = dict[str, str | bool | float | datetime | None]


def at_start(opening: Opening) -> TypedSearchAttributes:
    """The attributes of a life that begins."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(NUMBER, number_text(opening.number)),
        SearchAttributePair(SEVERITY, str(opening.severity)),
        SearchAttributePair(STATUS, "open"),
        SearchAttributePair(PLAYBOOK, str(opening.playbook)),
        SearchAttributePair(SLA_BREACHED, False),
    ]
    if opening.clocks:
        pairs.append(SearchAttributePair(SLA_DUE_AT, min(one.due_at for one in opening.clocks)))
    if opening.assignee_id:
        pairs.append(SearchAttributePair(ASSIGNEE, str(opening.assignee_id)))
    return TypedSearchAttributes(pairs)


def of_life(state: EscalationState) -> TypedSearchAttributes:
    """The attributes of a life that is started again where it was lost."""
    told = shown(state)
    due_at = told[SLA_DUE_AT.name]
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(NUMBER, state.number_text),
        *(
            SearchAttributePair(key, str(told[key.name]))
            for key in (SEVERITY, STATUS, PLAYBOOK, ASSIGNEE)
            if told[key.name] is not None
        ),
        SearchAttributePair(SLA_BREACHED, bool(told[SLA_BREACHED.name])),
    ]
    if isinstance(due_at, datetime):
        pairs.append(SearchAttributePair(SLA_DUE_AT, due_at))
    if state.churn_risk is not None:
        pairs.append(SearchAttributePair(CHURN_RISK, round(state.churn_risk, 1)))
    return TypedSearchAttributes(pairs)


def shown(state: EscalationState) -> Shown:
    """What the attributes should say now."""
    running = [clock for clock in state.clocks if clock.running]
    return {
        SEVERITY.name: str(state.severity),
        STATUS.name: str(state.status),
        PLAYBOOK.name: str(state.playbook),
        ASSIGNEE.name: str(state.assignee_id) if state.assignee_id else None,
        SLA_DUE_AT.name: min((clock.due_at for clock in running), default=None),
        SLA_BREACHED.name: any(clock.breached_at is not None for clock in state.clocks),
        # In tenths: each new value costs an event, and nobody searches for less.
        CHURN_RISK.name: None if state.churn_risk is None else round(state.churn_risk, 1),
    }


def differences(before: Shown, now: Shown) -> list[SearchAttributeUpdate[Any]]:
    """The updates that lead from one to the other; each costs an event, so only what changed."""
    keys = {key.name: key for key in (SEVERITY, STATUS, PLAYBOOK, ASSIGNEE)}
    found: list[SearchAttributeUpdate[Any]] = []
    for name, value in now.items():
        if before.get(name) == value:
            continue
        if name == SLA_DUE_AT.name:
            known = isinstance(value, datetime)
            found.append(
                SLA_DUE_AT.value_set(value) if known else SLA_DUE_AT.value_unset()  # type: ignore[arg-type]
            )
        elif name == CHURN_RISK.name:
            if isinstance(value, float):  # what was known once is never unknown again
                found.append(CHURN_RISK.value_set(value))
        elif name == SLA_BREACHED.name:
            found.append(SLA_BREACHED.value_set(bool(value)))
        else:
            key = keys[name]
            found.append(key.value_set(str(value)) if value is not None else key.value_unset())
    return found
