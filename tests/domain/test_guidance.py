"""The playbook's guidance is there at once, whatever is known; a model changes words only."""

from pathlib import Path
from typing import Any

import pytest

from activities.adapters.playbook_files import load_folder
from domain import reading
from domain.guidance import by_playbook, with_draft, without_draft
from domain.prediction import csat, loss, outlook
from domain.reply import by_template
from models.draft import ReplyChannel
from models.escalation import Light, Status
from models.guidance import ActionType, ActionUrgency, Guidance, SaidBy
from models.guidance_facts import GuidanceFacts, StepFacts
from models.playbook import LAST_STEP, Playbook
from models.prediction import Tallies, Tally
from models.severity import Severity
from models.similar import FoundBy
from models.step import Step
from tests.domain import cases, doug
from tests.domain.doug import NOW

BOOKS = load_folder(Path(__file__).parents[2] / "playbooks")
STEPS = [(book, step) for book in BOOKS for step in (*book.steps, book.last_step)]


def _id(one: Playbook | Step) -> str:
    return one.slug if isinstance(one, Playbook) else one.id


def at(step: Step | None, book: Playbook = doug.RESCUE, **changes: Any) -> GuidanceFacts:
    """Doug's case at any step."""
    return doug.facts(
        step=None,
        summary=book.summary,
        win_condition=book.win_condition,
        what_not_to_do=book.what_not_to_do,
        **changes,
    ).model_copy(update={"step": StepFacts(step=step) if step else None})


def shown(guidance: Guidance) -> str:
    """Every word of a guidance that a person reads."""
    action, script = guidance.recommended_action, guidance.script
    said = (script.opening, *script.key_points, script.closing or "") if script else ()
    return "\n".join((guidance.summary, action.reason, *said, *guidance.what_not_to_do))


@pytest.mark.parametrize(("book", "step"), STEPS, ids=_id)
def test_every_step_of_every_playbook_has_a_guidance_that_reads_at_a_glance(
    book: Playbook, step: Step
) -> None:
    guidance = by_playbook(at(step, book), NOW)
    assert guidance.source is SaidBy.PLAYBOOK
    assert "{customer" not in shown(guidance)
    assert reading.grade(shown(guidance)) <= reading.MAX_GRADE


@pytest.mark.parametrize(
    "kind", ["call", "email", "offer", "follow_up", "task", "approval", "schedule", "credit"]
)
def test_every_kind_of_step_that_people_do_has_its_action_and_words(kind: str) -> None:
    step = cases.step(kind, "a")
    guidance = by_playbook(at(step), NOW)
    assert guidance.recommended_action.type is ActionType(kind)
    assert guidance.recommended_action.step_id == "a"
    assert guidance.script is not None
    assert guidance.script.opening


@pytest.mark.parametrize("kind", ["notify", "webhook"])
def test_what_the_engine_does_is_waited_for(kind: str) -> None:
    action = by_playbook(at(cases.step(kind, "a")), NOW).recommended_action
    assert (action.type, action.urgency) == (ActionType.WAIT, ActionUrgency.NONE)


def test_the_last_step_asks_how_it_ends() -> None:
    action = by_playbook(at(doug.RESCUE.last_step), NOW).recommended_action
    assert (action.type, action.step_id) == (ActionType.DECIDE, LAST_STEP)


@pytest.mark.parametrize(
    ("status", "waits_for", "kind", "reason"),
    [
        (Status.PAUSED, None, "wait", "on hold"),
        (Status.PAUSED, "the new part", "wait", "We wait for the new part."),
        (Status.OPEN, "the customer's answer", "wait", "We wait for the customer's answer."),
        (Status.OPEN, None, "wait", "next step"),
        (Status.OPENING, None, "wait", "Nothing to do now"),
        (Status.RESOLVED, None, "wait", "It is fixed."),
        (Status.CLOSED, None, "nothing", "over"),
        (Status.CANCELLED, None, "nothing", "over"),
        (Status.MERGED, None, "nothing", "over"),
    ],
)
def test_a_case_without_a_step_says_what_it_waits_for(
    status: Status, waits_for: str | None, kind: str, reason: str
) -> None:
    guidance = by_playbook(at(None, status=status, waits_for=waits_for), NOW)
    assert guidance.recommended_action.type == kind
    assert reason in guidance.recommended_action.reason
    assert guidance.script is None


def test_a_case_on_hold_waits_although_it_has_a_step() -> None:
    guidance = by_playbook(doug.facts(status=Status.PAUSED), NOW)
    assert guidance.recommended_action.type is ActionType.WAIT
    assert guidance.script is None


def test_a_promise_goes_on_after_the_case_is_resolved() -> None:
    facts = doug.facts(status=Status.RESOLVED, step="follow-up-24h")
    assert by_playbook(facts, NOW).recommended_action.type is ActionType.FOLLOW_UP


def test_a_step_alone_is_enough() -> None:
    bare = doug.facts(
        "", customer=None, agent_name=None, signals=(), messages=(), similar_cases=(),
        prediction=None, sentiment=None, churn_risk=None, predicted_csat=None, due_in=None,
    )  # fmt: skip
    guidance = by_playbook(bare, NOW)
    assert "[customer first name]" in shown(guidance)
    assert guidance.sources.churn_risk is None


@pytest.mark.parametrize(
    ("light", "is_late", "severity", "urgency"),
    [
        (Light.GREEN, True, Severity.LOW, ActionUrgency.NOW),
        (Light.RED, False, Severity.LOW, ActionUrgency.NOW),
        (Light.YELLOW, False, Severity.LOW, ActionUrgency.SOON),
        (Light.GREEN, False, Severity.CRITICAL, ActionUrgency.SOON),
        (Light.GREEN, False, Severity.LOW, ActionUrgency.IN_TURN),
    ],
)
def test_how_soon_follows_from_the_clocks(
    light: Light, is_late: bool, severity: Severity, urgency: ActionUrgency
) -> None:
    facts = doug.facts(light=light, severity=severity)
    assert facts.step is not None
    step = facts.step.model_copy(update={"is_late": is_late})
    action = by_playbook(facts.model_copy(update={"step": step}), NOW).recommended_action
    assert action.urgency is urgency


def test_the_limit_of_an_offer_comes_first_and_five_points_are_enough() -> None:
    script = by_playbook(doug.facts(step="goodwill"), NOW).script
    assert script is not None
    assert script.key_points[0] == "Give at most $50."
    listening = by_playbook(doug.facts(step="listen"), NOW).script
    assert listening is not None
    assert len(listening.key_points) == 5


def test_a_draft_changes_words_and_says_who_wrote_them() -> None:
    before = by_playbook(doug.facts(), NOW)
    after = with_draft(before, doug.draft(), "guidance@1", NOW)
    assert after.summary == doug.draft().summary
    assert after.script is not None
    assert after.script.key_points == doug.draft().key_points
    assert (after.source, after.sources.script) == (SaidBy.LLM, SaidBy.LLM)
    assert after.version == "cancel-threat@3 guidance@1"
    assert after.recommended_action.predicted_success == before.recommended_action.predicted_success
    assert after.sources.churn_risk is SaidBy.MODEL


def test_a_draft_makes_no_script_up_for_a_case_that_waits() -> None:
    before = by_playbook(at(None), NOW)
    after = with_draft(before, doug.draft(), "guidance@1", NOW)
    assert after.script is None
    assert after.recommended_action == before.recommended_action
    assert after.sources.reason is SaidBy.PLAYBOOK


def test_why_there_is_no_draft_is_said() -> None:
    guidance = without_draft(by_playbook(doug.facts(), NOW), "It took too long. " * 20)
    assert guidance.source is SaidBy.PLAYBOOK
    assert (guidance.why_not_llm or "").startswith("It took too long.")


@pytest.mark.parametrize("channel", ReplyChannel)
@pytest.mark.parametrize(("book", "step"), STEPS, ids=_id)
def test_every_step_has_an_answer_for_every_channel(
    book: Playbook, step: Step, channel: ReplyChannel
) -> None:
    said = by_template(at(step, book), channel, NOW)
    assert (said.subject is not None) is (channel is ReplyChannel.MAIL)
    assert "{" not in said.text


def test_a_mail_is_the_letter_of_the_step() -> None:
    step = cases.step("email", "a")
    said = by_template(at(step), ReplyChannel.MAIL, NOW)
    assert (said.subject, said.text) == ("We are sorry", "It is mended.")


def test_a_script_becomes_a_mail_with_one_greeting_and_a_signature() -> None:
    said = by_template(doug.facts(step="call-now"), ReplyChannel.MAIL, NOW)
    assert said.text.startswith("Hi Doug, this is Sarah from Bright Homes.")
    assert said.text.endswith("Sarah\nBright Homes")
    assert by_template(doug.facts(), ReplyChannel.MAIL, NOW).text.startswith("Hi Doug,\n\nOne more")


def test_without_words_for_the_customer_an_answer_promises_nothing() -> None:
    for step in (None, cases.step("notify", "a"), cases.step("approval", "a")):
        said = by_template(at(step), ReplyChannel.CHAT, NOW)
        assert said.text.startswith("Thank you for your note.")


def test_hints_for_the_agent_are_read_out_in_a_call_alone() -> None:
    facts = doug.facts(step="call-now")
    hint = "Say sorry once"
    assert hint in by_template(facts, ReplyChannel.CALL, NOW).text
    assert hint not in by_template(facts, ReplyChannel.CHAT, NOW).text
    assert hint not in by_template(facts, ReplyChannel.MAIL, NOW).text


@pytest.mark.parametrize(
    ("found_by", "source"),
    [(FoundBy.EMBEDDING, SaidBy.MODEL), (FoundBy.TEXT_SEARCH, SaidBy.TEXT_SEARCH)],
)
def test_similar_cases_say_how_they_were_found(found_by: FoundBy, source: SaidBy) -> None:
    told = by_playbook(doug.facts(similar_found_by=found_by), doug.NOW)
    assert told.sources.similar_cases is source


def test_a_risk_by_words_has_one_source() -> None:
    known = outlook(
        0.3,
        loss(Tallies(*[Tally()] * 6), doug.facts().type, Severity.HIGH),
        csat((0,) * 5, (0,) * 5),
    )
    told = by_playbook(doug.facts(churn_risk=0.3, outlook=known), doug.NOW)
    assert told.outlook is not None
    assert told.sources.churn_risk == str(told.outlook.churn_risk.source) == "model"
