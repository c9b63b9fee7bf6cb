"""What the pages about alerts, predictions and guidance say is what the code does."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.routes.alerts import AlertSnoozeIn
from config.settings import Settings, variable
from domain import alerts, prompting, reading
from domain.alert_words import _FOR
from domain.prediction import STRENGTH, before, success
from domain.rate import ENOUGH
from models.alert import AlertKind, AlertRules, AlertSource
from models.draft import RefusalCode
from models.escalation import EscalationType
from models.playbook import Prior
from models.prediction import PredictionQuality, Tallies, Tally
from models.prompt import CANARY
from models.severity import Severity
from models.store.repositories import predictions
from tests.domain.case_of_alerts import about_to_alert

ROOT = Path(__file__).parents[2]
ALERTS, PREDICTIONS, GUIDANCE = (
    (ROOT / f"docs/how-to/{name}.md").read_text(encoding="utf-8")
    for name in ("alerts", "predictions", "guide-by-words")
)
CONTRACT = create_app().openapi()


def rows(page: str, head: str) -> list[list[str]]:
    """The rows of the table of a page whose head begins so, cell by cell."""
    table = page.partition(f"\n| {head} |")[2].partition("\n\n")[0]
    lines = table.splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def codes(text: str) -> list[str]:
    """What stands in a text as code."""
    return re.findall(r"`([^`]+)`", text)


def asked(page: str) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Every request that a page names: its method, its path, and its body if it has one."""
    found = re.findall(r"(GET|POST) (/api/v1/\S+?)`?(?:\s+(?:with `)?(\{.*?\}))?(?=`|\s|$)", page)
    return [(method, path, json.loads(body) if body else None) for method, path, body in found]


def known(method: str, path: str) -> dict[str, Any] | None:
    """The operation of the contract that a path with its numbers means."""
    whole = [
        (one, operations)
        for one, operations in CONTRACT["paths"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one), path)
    ]
    plain = [operations for one, operations in whole if one == path]
    operations = next(iter(plain), whole[0][1] if whole else {})
    found: dict[str, Any] | None = operations.get(method.lower())
    return found


@pytest.mark.parametrize("page", [ALERTS, PREDICTIONS], ids=["alerts", "predictions"])
def test_every_address_on_the_page_is_in_the_contract(page: str) -> None:
    requests = asked(page)
    assert len(requests) >= 2
    for method, path, _ in requests:
        assert known(method, path), f"{method} {path}"


# -- alerts -------------------------------------------------------------------------------------


def test_the_alerts_stand_on_the_page_in_the_order_in_which_they_are_listed() -> None:
    told = [codes(first)[0] for first, *_ in rows(ALERTS, "alert")]
    assert told == [kind.value for kind in alerts.IMPORTANCE]


def test_the_page_says_of_each_alert_whom_it_is_for() -> None:
    told = {AlertKind(codes(first)[0]): whom for first, _, whom in rows(ALERTS, "alert")}
    found = {one.kind: _FOR[one.audience] for one in about_to_alert()}
    assert told == found


def test_the_thresholds_on_the_page_are_those_of_a_house_that_says_nothing() -> None:
    rules = AlertRules()
    when = {codes(first)[0]: words for first, words, _ in rows(ALERTS, "alert")}
    assert f"more than {rules.mood_drop} " in when["sentiment_drop"]
    assert f"more than {rules.prediction_drop}" in when["prediction_drop"]
    assert f"${rules.value // 100:,} a year" in when["high_value"]
    assert (rules.touches, "the third message" in when["touches"]) == (3, True)
    assert f"after {rules.lasts.total_seconds() / 3600:.0f} hours" in ALERTS


def test_every_setting_of_alerts_is_on_their_page_and_every_source() -> None:
    theirs = {one for one in Settings.model_fields if one.startswith("alert_")}
    assert theirs
    for name in (*theirs, "retention_mails"):
        assert f"`{variable(name)}`" in ALERTS
    said = ALERTS.partition("**Who says so**")[2].partition("\n\n")[0]
    assert set(codes(said)) == {one.value for one in AlertSource}


def test_an_alert_can_be_put_off_as_the_page_says() -> None:
    [body] = [body for _, path, body in asked(ALERTS) if path.endswith("/snooze")]
    assert AlertSnoozeIn.model_validate(body).length is not None


# -- predictions --------------------------------------------------------------------------------


def example() -> dict[str, Any]:
    """The answer that the page of predictions shows."""
    told: dict[str, Any] = json.loads(PREDICTIONS.partition("```json\n")[2].partition("```")[0])
    return told


def test_the_page_names_every_field_of_a_prediction() -> None:
    operation = known("POST", "/api/v1/cs/escalations/E-1042/ai-predict-outcome")
    assert operation
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    fields = set(CONTRACT["components"]["schemas"][answer.rpartition("/")[2]]["properties"])
    named = {one for first, *_ in rows(PREDICTIONS, "field") for one in codes(first)}
    assert set(example()) == fields
    assert named == {*fields - {"words"}, "action"}


def test_the_answer_on_the_page_is_what_the_rule_tells_of_so_many_cases() -> None:
    told, guess = example(), Prior(successes=87, trials=100, source="a guess")
    alike, nobody = Tally(63, 52), Tally(0, 0)
    tallies = Tallies(alike, alike, alike, alike, nobody, nobody)
    of = EscalationType(told["segment"]["type"])
    counted = success(guess, tallies, of, Severity.HIGH, told["segment"]["action"])
    assert (told["n"], told["enough"], told["source"]) == (63, counted.enough, counted.source)
    assert told["words"] == counted.words
    assert counted.model_dump(mode="json")["segment"] == told["segment"]
    for name, value in (
        ("probability", counted.value),
        ("low", counted.low),
        ("high", counted.high),
    ):
        assert told[name] == pytest.approx(value, abs=0.001)


def test_the_numbers_of_the_page_are_those_of_the_rule() -> None:
    belief = before(Prior(successes=87, trials=100, source="a guess"))
    page = " ".join(PREDICTIONS.split())
    assert f"87 % is Beta({belief.a:g}, {belief.b:g})" in page
    assert STRENGTH == 10
    assert "as much as ten cases" in page
    assert f"`n` is {ENOUGH} at least" in page
    assert f"The newest {predictions.MOST:,} are looked at" in page


def test_the_page_names_every_figure_of_how_good_predictions_were() -> None:
    table = PREDICTIONS.partition("## Are they any good?")[2]
    named = {one for first, *_ in rows(table, "field") for one in codes(first)}
    assert named == set(PredictionQuality.model_fields) - {"enough", "source", "words"}


# -- guidance -----------------------------------------------------------------------------------


def test_every_check_of_an_answer_is_on_the_page_in_its_order() -> None:
    told = [one for first, *_ in rows(GUIDANCE, "code") for one in codes(first)]
    assert told == [one.value for one in RefusalCode]


def test_what_leaves_the_house_is_as_much_as_the_page_says() -> None:
    page = " ".join(GUIDANCE.split())
    assert prompting.MAX_MESSAGES == 6
    most = f"six messages of {prompting.MAX_MESSAGE:,} characters at most"
    assert f"{most}, {prompting.MAX_USER:,} in all" in page
    assert f"(grade {reading.MAX_GRADE:.0f})" in page
    assert (reading.MIN_BLOCK, "Fewer than six words" in page) == (6, True)
    assert f"no `{CANARY}`" in page


def test_the_command_for_a_changed_prompt_is_there() -> None:
    [name] = re.findall(r"`python -m ([\w.]+)`", GUIDANCE)
    file = ROOT / f"{name.replace('.', '/')}.py"
    assert '__name__ == "__main__"' in file.read_text(encoding="utf-8")
    assert import_module(name)


# -- all of them --------------------------------------------------------------------------------

PAGES = sorted(
    [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs/how-to").glob("*.md"), ROOT / "README.md"]
)
EXAMPLES = {"signals/de.yaml"}
"""Files that a reader is to make."""


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_files_that_a_page_names_are_there(page: Path) -> None:
    named = re.findall(
        r"`([\w./-]+/[\w.-]+\.(?:py|md|ya?ml|j2|toml|csv|json|txt|eml))`",
        page.read_text(encoding="utf-8"),
    )
    assert [one for one in named if one not in EXAMPLES and not (ROOT / one).exists()] == []
