"""A table by the members of an enum has all of them, or this page says why it does not.

Tables are found, not listed: whoever makes one gets the check with it. Those that are no mapping by
an enum (an order, the terminal's words by text) are compared one by one.
"""

import ast
import importlib
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path

import pytest

from domain import alerts
from domain.clock_words import CLOCK_NAMES
from domain.fact_words import fact_values
from domain.script import Placeholder
from domain.script_values import values_of
from models.alert import AlertFor, AlertKind, AlertRules
from models.delivery import DeliveryStatus
from models.escalation import EscalationState, EscalationType, Light, Status, StepStatus
from models.sentiment import ReadBy
from models.sla import ClockKind
from terminal import signs
from tests.domain import doug
from tests.domain.case_of_alerts import about_to_alert, everything
from tests.domain.cases import NOON

ROOT = Path(__file__).parents[2]
ROOMS = ("activities", "api", "domain", "models", "upkeep", "workflows")
PARTIAL = {
    "activities.assisting.DRAFTS": "a sentiment is read by nobody but us",
    "domain.alerts.COUNTED": "only what follows a threshold of the house",
    "domain.breaches.WORSE": "nothing is worse than critical",
    "domain.guidance._TYPE_OF": "what the engine does by itself is no action of a person",
    "domain.lifecycle._SAY": "what nobody asks for by hand needs no words",
    "domain.lint_conditions._VALUES": "facts that are no choice from a list",
    "domain.predicate._VERBS": "`mentions` is said in another order",
    "domain.result._ENDS": "a skip is told by who chose it; the others are no end",
    "domain.similar._NO_NAMES": "only names are blotted out",
    "domain.story._CLASSES": "everything else is a notice",
    "models.store.repositories.deliveries._CHANNELS": "everything else goes by mail",
}
"""Tables that leave members out on purpose, and why."""


def _tables() -> Iterator[tuple[str, type[Enum], set[Enum]]]:
    """Every mapping that a module of ours makes and whose keys are members of one enum."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if "migrations" in parts or parts[-1].startswith("__"):
                continue
            module = importlib.import_module(".".join(parts))
            for name in _made(ast.parse(file.read_text(encoding="utf-8"))):
                value = getattr(module, name, None)
                keys = set(value) if isinstance(value, Mapping) else set()
                kinds = {type(key) for key in keys}
                if len(kinds) == 1 and issubclass(kind := kinds.pop(), Enum):
                    yield f"{module.__name__}.{name}", kind, keys


def _made(module: ast.Module) -> Iterator[str]:
    """The names that a module gives a value."""
    for node in module.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        yield from (one.id for one in targets if isinstance(one, ast.Name))


TABLES = {name: (kind, keys) for name, kind, keys in _tables()}


def test_tables_are_found() -> None:
    assert {
        "domain.alert_words.SIGNALS",
        "domain.clock_words.CLOCK_WORDS",
        "domain.timeline._EFFECT_WORDS",
    } <= set(TABLES)


@pytest.mark.parametrize("name", sorted(set(TABLES) - set(PARTIAL)))
def test_a_table_has_every_member_of_its_enum(name: str) -> None:
    kind, keys = TABLES[name]
    assert set(kind) - keys == set()


@pytest.mark.parametrize("name", sorted(PARTIAL))
def test_a_table_that_leaves_members_out_is_there_and_does(name: str) -> None:
    kind, keys = TABLES[name]
    assert keys < set(kind)


def test_every_kind_of_alert_has_its_importance() -> None:
    assert len(alerts.IMPORTANCE) == len(set(alerts.IMPORTANCE))
    assert set(alerts.IMPORTANCE) == set(AlertKind)


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (signs._LIGHTS, Light),
        (signs._STEPS, StepStatus),
        (signs._CLOCKS, ClockKind),
        (signs._STATUSES, Status),
        (signs._TYPES, EscalationType),
        (signs._DELIVERIES, DeliveryStatus),
        (signs._AUDIENCES, AlertFor),
        (signs._READERS, ReadBy),
    ],
)
def test_the_terminal_has_words_for_all_that_the_api_says(
    table: dict[str, object], kind: type[Enum]
) -> None:
    assert set(table) == {one.value for one in kind}


def test_the_terminal_calls_clocks_as_everybody_does() -> None:
    assert {kind.value: name for kind, name in CLOCK_NAMES.items()} == signs._CLOCKS


def test_every_placeholder_is_filled_in_scripts_and_in_guidance() -> None:
    script = values_of(customer=None, agent_name=None, company="", number="", title=None, now=NOON)
    assert set(script) == set(Placeholder)
    assert set(fact_values(doug.facts(), NOON)) == set(Placeholder)


def _kinds(state: EscalationState, rules: AlertRules) -> set[AlertKind]:
    return {one.kind for one in alerts.occasions(state, rules)}


def test_what_is_counted_is_what_follows_the_thresholds_of_the_house() -> None:
    state = everything()
    early = _kinds(state, AlertRules(touches=2, value=0, prediction_drop=0.01))
    late = _kinds(state, AlertRules(touches=100, value=10**15, prediction_drop=1))
    assert set(alerts.COUNTED) == early - late


def test_the_case_of_these_tests_has_every_kind_of_alert() -> None:
    assert {one.kind for one in about_to_alert()} == set(AlertKind), "let it have the new kind"
