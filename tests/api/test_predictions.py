"""Predictions over HTTP: from counts alone, each with its number and how sure it is."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from api import prospecting
from api.parts import Parts
from models.store.repositories import predictions
from tests.api.problem import require_problem
from tests.api.rows import Rows
from tests.api.test_performance import _GONE, Shop
from tests.api.test_playbooks import PLAYBOOKS, general
from tests.desk import Desk

_KNOWN = """
INSERT INTO case_vectors (id, escalation_id, type, outcome, approach, ended_at, text_hash, words,
    made_of)
SELECT gen_random_uuid(), e.id, e.type, :outcome, 'x', now(), '', '', '{}'
FROM escalations e JOIN case_results r ON r.escalation_id = e.id
WHERE e.playbook_slug = :slug
    AND NOT EXISTS (SELECT FROM case_vectors WHERE escalation_id = e.id)
"""
_CALM = "UPDATE escalations SET severity = 'low' WHERE playbook_slug = :slug AND number <> :number"

_ONE_A_DAY = """
UPDATE escalations e SET opened_at = timestamptz '2990-01-01' + place * interval '1 day'
FROM (
    SELECT id, row_number() OVER (ORDER BY mended DESC, number) AS place
    FROM escalations JOIN case_results ON escalation_id = id WHERE playbook_slug = :slug
) AS placed WHERE placed.id = e.id
"""
"""No other case ended so late. Those that were mended come first."""

_AN_HOUR_LATER = """
UPDATE case_results SET over_at = opened_at + interval '1 hour' FROM escalations
WHERE id = escalation_id AND playbook_slug = :slug
"""


_SPENT = """
INSERT INTO llm_calls (id, escalation_id, task, prompt_version, model, prompt_hash, tokens_in,
    tokens_out, latency_ms, outcome)
SELECT gen_random_uuid(), :case, 'guidance', 'guidance@1', 'a-model', 'x', n, 17, 5, 'answered'
FROM unnest(array[1000, 200]) AS n
"""


class Past(Shop):
    """A playbook of its own, with cases in it whose outcome is known."""

    async def ended(
        self, like: str, well: int, badly: int, *, outcome: str = "resolved", **how: Any
    ) -> None:
        """So many cases that ended well, and so many that came back."""
        for many, mended in ((well, True), (badly, False)):
            if many:
                await self.over(like, many, mended=mended, **how)
        await self.rows.run(_KNOWN, slug=self.slug, outcome=outcome)

    async def predicted(self, number: str, action: str | None = None) -> dict[str, Any]:
        """How likely a case ends well by the playbook, or by that action."""
        path = f"/cs/escalations/{number}/ai-predict-outcome"
        answer = await self.sarah.ask("POST", path, {"action": action or self.slug})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def guided(self, number: str) -> dict[str, Any]:
        """What the agent is told."""
        told: dict[str, Any] = await self.sarah.get(f"/cs/escalations/{number}/ai-guidance")
        return told


@pytest.fixture(autouse=True)
def counted_anew(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case that is read has what was counted just then."""
    parts.expected.clear()
    monkeypatch.setattr(prospecting, "COUNTED_FOR", 0.0)


@pytest_asyncio.fixture
async def past(
    priya: Desk, admin: Desk, sarah: Desk, marcus: Desk, rows: Rows
) -> AsyncIterator[Past]:
    """The playbook, published; cases begin with it by a word."""
    slug, word = f"test-{uuid4().hex[:10]}", f"zzq{uuid4().hex[:8]}"
    text = general(slug).replace("xyzzy", word).replace("start: suggest", "start: auto")
    kept = await priya.post(PLAYBOOKS, {"text": text})
    await admin.post(f"{PLAYBOOKS}/{kept['id']}/publication", {})
    yield Past(slug, word, sarah, marcus, rows)
    for gone in _GONE:
        await rows.run(gone, slug=slug)


async def test_where_no_case_is_over_the_guess_is_told_as_a_guess(past: Past) -> None:
    case = await past.open_case()
    told = await past.predicted(case["number"])
    assert (told["n"], told["source"], told["enough"]) == (0, "prior", False)
    assert told["words"] == "No case like this one is over yet: this is a guess."
    assert told["low"] <= told["probability"] <= told["high"]
    assert told["segment"]["action"] == past.slug


async def test_cases_by_the_playbook_are_counted_and_few_are_too_few(past: Past) -> None:
    like = (await past.open_case())["number"]
    await past.ended(like, 5, 2)
    few = await past.predicted(like)
    assert (few["n"], few["source"], few["enough"]) == (7, "measured", False)
    assert few["words"] == "Not enough cases yet: 7 like this one."
    await past.ended(like, 47, 9)
    many = await past.predicted(like)
    assert (many["n"], many["enough"]) == (63, True)
    assert many["words"] == "Of 63 cases like this one, 52 ended well."
    assert 0.75 < many["probability"] < 0.88
    assert many["high"] - many["low"] < few["high"] - few["low"]
    assert len(many["segment"]["severities"]) == 2


async def test_a_lost_customer_did_not_end_well_though_the_case_was_mended(past: Past) -> None:
    like = (await past.open_case())["number"]
    await past.ended(like, 20, 0, outcome="lost")
    assert (await past.predicted(like))["words"] == "Of 20 cases like this one, 0 ended well."


async def test_a_case_whose_outcome_is_not_known_is_not_counted(past: Past) -> None:
    like = (await past.open_case())["number"]
    await past.over(like, 30, mended=True)
    assert (await past.predicted(like))["n"] == 0


async def test_a_case_that_left_its_playbook_says_nothing_of_it(past: Past) -> None:
    like = (await past.open_case())["number"]
    await past.ended(like, 30, 0)
    left = """
        UPDATE case_results SET "left" = true, mended = false WHERE escalation_id IN (
            SELECT id FROM escalations WHERE playbook_slug = :slug ORDER BY number DESC LIMIT 9
        )
    """
    await past.rows.run(left, slug=past.slug)
    assert (await past.predicted(like))["words"] == "Of 21 cases like this one, 21 ended well."


async def test_calm_cases_are_told_of_a_pressing_one_only_where_pressing_ones_are_few(
    past: Past,
) -> None:
    opened = await past.sarah.open_case(
        type="other", severity="high", description=f"About {past.word}."
    )
    like = opened["number"]
    await past.ended(like, 0, 25)
    await past.rows.run(_CALM, slug=past.slug, number=int(like.removeprefix("E-")))
    told = await past.predicted(like)
    assert (told["n"], len(told["segment"]["severities"])) == (25, 4)
    await past.ended(like, 25, 0)
    told = await past.predicted(like)
    assert (told["n"], told["segment"]["severities"]) == (25, ["critical", "high"])
    assert told["words"] == "Of 25 cases like this one, 25 ended well."


async def test_of_a_step_those_cases_are_counted_in_which_it_was_done(past: Past) -> None:
    like = (await past.open_case())["number"]
    await past.ended(like, 21, 3)
    await past.ended(like, 0, 30, skipped="No phone number")
    told = await past.predicted(like, "call-now")
    assert (told["n"], told["segment"]["action"]) == (24, "call-now")
    assert told["words"] == "Of 24 cases like this one, 21 ended well."
    assert (await past.predicted(like))["n"] == 54


async def test_the_case_itself_is_not_one_of_those_like_it(past: Past) -> None:
    case = await past.open_case()
    answer = await past.marcus.post(f"/cs/escalations/{case['number']}/cancellation", {})
    await past.sarah.case(case["number"], at=answer["version"])
    kept = 'UPDATE case_results SET "left" = false, mended = true WHERE escalation_id = :id'
    await past.rows.run(kept, id=case["escalation_id"])
    await past.rows.run(_KNOWN, slug=past.slug, outcome="resolved")
    other = await past.open_case()
    assert (await past.predicted(other["number"]))["n"] == 1
    assert (await past.predicted(case["number"]))["n"] == 0


async def test_what_is_no_action_is_said_and_nothing_is_written(past: Past) -> None:
    case = await past.open_case()
    before = await past.rows.count()
    path = f"/cs/escalations/{case['number']}/ai-predict-outcome"
    for body in (
        {"action": "nothing-of-ours"},
        {"action": "no slug"},
        {"action": "x" * 300},
        {"action": 7},
        {"action": None},
        {"action": past.slug, "more": 1},
        {},
    ):
        answer = await past.sarah.ask("POST", path, body)
        require_problem(answer, 422, "fields-invalid")
    answer = await past.sarah.ask("POST", path, {"action": past.slug}, key="any")
    assert answer.status_code == 200
    answer = await past.sarah.ask("POST", path, {"action": "billing-dispute"}, key="any")
    assert answer.status_code == 200
    assert await past.rows.since(before) == {}


async def test_guidance_tells_of_its_step_what_the_prediction_of_it_tells(past: Past) -> None:
    case = await past.open_case()
    like = case["number"]
    await past.sarah.case(like, at=case["version"])
    await past.ended(like, 0, 40, skipped="No phone number")
    few = await past.guided(like)
    assert few["recommended_action"]["step_id"] == "call-now"
    assert few["recommended_action"]["predicted_success"] is None
    words = few["recommended_action"]["predicted_success_words"]
    assert words == "Not enough cases yet: 0 like this one."
    assert few["sources"]["predicted_success"] is None
    await past.ended(like, 19, 2)
    told, asked = await past.guided(like), await past.predicted(like, "call-now")
    action = told["recommended_action"]
    same = {"value": asked["probability"], **{one: asked[one] for one in ("low", "high", "n")}}
    assert action["predicted_success"] == same
    assert action["predicted_success"]["n"] == 21
    assert action["predicted_success_words"] == "Of 21 cases like this one, 19 ended well."
    assert told["sources"]["predicted_success"] == "model"
    assert (await past.predicted(like))["n"] == 61, "by the playbook there are more"


async def test_how_many_customers_left_and_how_content_they_were_is_told_of_any_case(
    past: Past, marcus: Desk
) -> None:
    like = (await past.open_case())["number"]
    await past.ended(like, 40, 0, outcome="lost")
    told = (await past.guided(like))["outlook"]
    seen = (await past.sarah.case(like))["ai"]
    assert seen["outlook"] == told
    assert set(told) == {"churn_risk", "loss", "csat"}
    shape = {"value", "low", "high", "n", "source", "enough", "words"}
    assert all(set(one) == shape for one in told.values())
    left, content, guess = told["loss"], told["csat"], told["churn_risk"]
    assert (left["n"] >= 40, left["enough"], left["source"]) == (True, True, "measured")
    assert left["low"] <= left["value"] <= left["high"]
    assert left["words"].endswith("lost the customer.")
    assert content["enough"] is (content["n"] >= 20)
    assert (content["value"] is not None) is content["enough"]
    assert (guess["n"], guess["source"], guess["enough"]) == (0, "model", False)
    assert seen["tokens_spent"] is None, "agents need no bill"
    assert (await marcus.case(like))["ai"]["tokens_spent"] == 0


async def test_to_read_a_case_again_counts_nothing_again(
    past: Past, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prospecting, "COUNTED_FOR", 60.0)
    parts.expected.clear()
    case = await past.open_case()
    first = (await past.sarah.case(case["number"], at=case["version"]))["ai"]["outlook"]
    assert first is not None

    async def again(*_: object) -> None:
        raise AssertionError("it was counted again")

    monkeypatch.setattr("activities.prospects.expected", again)
    assert (await past.sarah.case(case["number"]))["ai"]["outlook"] == first
    parts.expected.clear()


async def test_below_twenty_cases_there_is_no_number_and_it_is_said_why(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    like = (await past.open_case())["number"]
    monkeypatch.setattr(predictions, "MOST", 0)
    told = await past.guided(like)
    left, content = told["outlook"]["loss"], told["outlook"]["csat"]
    none = {"value": None, "low": None, "high": None, "n": 0, "source": "prior", "enough": False}
    assert {name: left[name] for name in none} == none
    assert {name: content[name] for name in none} == none
    assert left["words"] == "Not enough cases yet: 0 like this one."
    assert content["words"] == "Not enough scores yet: 0 of cases like this one."
    assert told["predicted_csat"] is None
    await past.ended(like, 19, 0, outcome="lost")
    monkeypatch.setattr(predictions, "MOST", 19)
    left = (await past.guided(like))["outlook"]["loss"]
    assert (left["value"], left["n"]) == (None, 19)
    assert left["words"] == "Not enough cases yet: 19 like this one."


async def test_what_a_language_model_has_cost_is_told_to_those_who_lead(
    past: Past, marcus: Desk, priya: Desk, admin: Desk
) -> None:
    case = await past.open_case()
    await past.rows.run(_SPENT, case=case["escalation_id"])
    for desk in (marcus, priya, admin):
        assert (await desk.case(case["number"]))["ai"]["tokens_spent"] == 1234
    assert (await past.sarah.case(case["number"]))["ai"]["tokens_spent"] is None


async def test_of_a_case_that_is_over_nothing_is_expected(past: Past) -> None:
    case = await past.open_case()
    answer = await past.marcus.post(f"/cs/escalations/{case['number']}/cancellation", {})
    seen = await past.sarah.case(case["number"], at=answer["version"])
    assert seen["ai"]["outlook"] is None


async def test_managers_see_how_good_predictions_were(
    past: Past, priya: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    like = (await past.open_case())["number"]
    await past.ended(like, 10, 40)
    await past.rows.run(_ONE_A_DAY, slug=past.slug)
    await past.rows.run(_AN_HOUR_LATER, slug=past.slug)
    await past.ended(like, 9, 0)  # long before, so they are not among the newest
    monkeypatch.setattr(predictions, "MOST", 50)
    told = await priya.get("/cs/analytics/predictions")
    assert (told["n"], told["imported"], told["enough"], told["source"]) == (
        30, 0, True, "measured",
    )  # fmt: skip
    [point] = told["curve"]
    assert (point["n"], point["observed"]) == (30, 0)
    assert point["low"] == 0 < point["predicted"] < 0.5
    assert told["brier"] == pytest.approx(point["predicted"] ** 2, abs=0.01)
    assert told["ece"] == pytest.approx(point["predicted"])
    assert told["skill"] == pytest.approx(1 - told["brier"] / told["base_brier"], abs=0.01)
    assert "over 30 cases" in told["words"]


async def test_the_quality_is_that_of_the_newest_cases_alone(
    priya: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predictions, "MOST", 19)
    told = await priya.get("/cs/analytics/predictions")
    assert (told["enough"], told["brier"], told["skill"], told["curve"]) == (False, None, None, [])
    assert "Not enough cases yet" in told["words"]
