"""The lint: what would make a playbook do less than it says, and what makes it hard to follow."""

from typing import Any

import pytest

from domain.lint import errors, lint
from models.finding import Level
from models.playbook import Playbook
from tests.domain import cases

CLEAN: dict[str, Any] = {
    "slug": "test",
    "name": "Test",
    "summary": "What to do.",
    "triggers": {"when": {"always": True}},
    "win_condition": "It works.",
    "what_not_to_do": ["Do not wait."],
    "success": {"successes": 1, "trials": 2, "source": "a guess"},
    "resolution_hours": 1,
}


def step(name: str, **other: Any) -> dict[str, Any]:
    start = {
        "id": name,
        "kind": "task",
        "title": "Do it",
        "due": {"within": "1h"},
        "outcomes": [{"id": "ok", "label": "Ok", "contact": True}],
    }
    return {**start, **other}


END = step("end", on_outcome={"ok": {"resolve": True}})


def found(*steps: dict[str, Any], **other: Any) -> list[tuple[str, str, str]]:
    playbook = Playbook.model_validate({**CLEAN, "steps": steps or (END,), **other})
    return [(one.level.value, one.where, one.what) for one in lint(playbook)]


def test_a_clean_playbook_has_no_findings() -> None:
    assert found() == []
    assert found(step("a"), step("b"), END) == []


@pytest.mark.parametrize("key", ["title", "why"])
def test_an_unknown_placeholder_is_an_error(key: str) -> None:
    (only,) = found({**END, key: "Call {customer.frist_name}"})
    what = "`{customer.frist_name}` is not a placeholder that we know"
    assert only == ("error", f"steps.0.{key}", what)


def test_double_braces_are_a_warning() -> None:
    (only,) = found({**END, "why": "Hi {{customer.name}}"})
    assert only[:2] == ("warning", "steps.0.why")


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("script", {"opening": "We leverage it."}, "script.opening"),
        ("script", {"opening": "Hi.", "key_points": ["Utilize it."]}, "script.key_points.0"),
        ("script", {"opening": "Hi.", "closing": "The SLA."}, "script.closing"),
        ("outcomes", [{"id": "ok", "label": "Resolved", "contact": True}], "outcomes.0.label"),
        ("fields", [{"id": "a", "label": "Their sentiment"}], "fields.0.label"),
        ("instructions", ["Ask a stakeholder."], "instructions.0"),
    ],
)
def test_a_banned_word_is_a_warning_wherever_it_is_read(key: str, value: Any, place: str) -> None:
    (only,) = found({**END, key: value})
    assert only[:2] == ("warning", f"steps.0.{place}")


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "email", "letter": {"subject": "Hi", "body": "Your churn."}},
        {"kind": "offer", "offer": "A churn gift."},
    ],
)
def test_the_words_of_each_kind_are_read_too(other: dict[str, Any]) -> None:
    (only,) = found({**END, **other})
    assert "churn" in only[2]


def test_a_text_that_is_hard_to_read_is_a_warning() -> None:
    text = "Immediately initiate appropriate telephonic communication with affected customers."
    assert [one[1] for one in found(summary=text)] == ["summary"]
    long = "Call and call and call and call and call and call and call and call him now."
    assert "a sentence has" in found(win_condition=long)[-1][2]


def test_a_step_that_nothing_leads_to_is_an_error() -> None:
    first = step("first", skip="never", on_outcome={"ok": {"go_to": "third"}})
    (only,) = found(first, step("second"), step("third", after={"step": "first"}) | END_KEYS)
    assert only == ("error", "steps.1", "step `second` can never open: no way leads to it")


END_KEYS = {"on_outcome": {"ok": {"resolve": True}}}


def test_a_step_that_only_a_skip_leads_to_is_a_warning() -> None:
    assert found(step("first", **END_KEYS), step("second")) == [
        ("warning", "steps.1", "step `second` opens only when the step before it is skipped")
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"skip": "never", **END_KEYS}, {"promised": True}),
        ({"skip": "never", "when": {"always": True}, **END_KEYS}, {}),
        ({"skip": "never", "on_outcome": {"ok": {"go_to": "first"}}, "repeat": {"limit": 2}}, {}),
    ],
)
def test_a_step_opens_after_a_promise_a_condition_or_a_used_up_circle(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert found(step("first", **first), step("second", **END_KEYS, **second)) == []


def test_a_circle_without_a_limit_is_an_error() -> None:
    back = step("b", outcomes=[{"id": "no", "label": "No"}, {"id": "ok", "label": "Ok"}])
    back["on_outcome"] = {"no": {"go_to": "a"}}
    (only,) = found(step("a"), back, END)
    assert only[:2] == ("error", "steps.1.on_outcome.no")
    assert found(step("a", repeat={"limit": 2}), back, END) == []


def test_a_playbook_that_never_ends_the_case_is_a_warning() -> None:
    (only,) = found(step("a"))
    assert only[0] == "warning"


def test_a_follow_up_without_a_delay_is_an_error() -> None:
    later = step("later", kind="follow_up", after={"step": "end"})
    (only,) = found(END, later)
    assert only[:2] == ("error", "steps.1.after")
    assert found(END, {**later, "after": {"delay": "24h"}}) == []


def test_a_step_of_a_person_without_a_due_time_is_a_warning() -> None:
    lazy = {key: value for key, value in END.items() if key != "due"}
    assert [one[:2] for one in found(lazy)] == [("warning", "steps.0.due")]


def test_a_step_with_more_open_hours_than_half_a_year_has_is_an_error() -> None:
    never = {**END, "due": {"within": "41d", "open_hours": True}}
    assert [one[:2] for one in found(never)] == [("error", "steps.0.due.within")]
    for fine in ({"within": "40h", "open_hours": True}, {"within": "41d"}):
        assert found({**END, "due": fine}) == []


def test_a_step_of_the_engine_needs_no_due_time() -> None:
    tell = {"id": "tell", "kind": "notify", "title": "Tell", "to": "vp"}
    assert found({**tell, "letter": {"subject": "Hi", "body": "Look."}}, END) == []


@pytest.mark.parametrize(
    ("other", "place"),
    [
        ({"owner": "admin"}, "owner"),
        ({"on_timeout": {"escalate_to": "admin"}}, "on_timeout.escalate_to"),
    ],
)
def test_a_step_for_an_admin_is_an_error(other: dict[str, Any], place: str) -> None:
    first, *_ = found({**END, **other})
    assert first[:2] == ("error", f"steps.0.{place}")


def test_a_letter_that_never_leaves_is_an_error() -> None:
    letter = {"kind": "email", "letter": {"subject": "Hi", "body": "Hello."}}
    (only,) = found({**END, **letter, "outcomes": [{"id": "ok", "label": "Ok"}]})
    assert only[:2] == ("error", "steps.0.outcomes")


def test_a_call_before_an_appointment_that_nobody_asks_for_is_a_warning() -> None:
    call = step("call", after={"before_appointment": "1h"}, promised=True)
    (only,) = found(END, call)
    assert only[:2] == ("warning", "steps.1.after.before_appointment")
    when = {"id": "at", "label": "When", "kind": "moment", "sets": "appointment_at"}
    assert found({**END, "fields": [when]}, call) == []


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("type", "is", "cancel-threat"),
        ("severity", "one_of", ["high", "urgent"]),
        ("source", "is", "fax"),
        ("customer.tier", "is", "gold"),
        ("text", "mentions", ["?!"]),
    ],
)
def test_a_condition_that_can_never_be_true_is_an_error(field: str, op: str, value: Any) -> None:
    node = {"field": field, "op": op, "value": value}
    (only,) = found(triggers={"when": {"any": [{"not": node}]}})
    assert only[:2] == ("error", "triggers.when.any.0.not.value")


def test_a_step_cannot_ask_for_words_that_are_gone() -> None:
    node = {"field": "text", "op": "mentions", "value": ["refund"]}
    (only,) = found({**END, "when": {"all": [node]}})
    assert only[:2] == ("error", "steps.0.when")


def approval(**other: Any) -> dict[str, Any]:
    yes = {"id": "yes", "label": "Yes", "grants": True}
    no = {"id": "no", "label": "No"}
    told = {"kind": "approval", "approver": "manager", "question": "May we?"}
    return step("ask", **{**told, "outcomes": [yes, no], **other})


CREDIT = {"kind": "credit", "at_most": {"minor": 5000, "currency": "USD"}}
GIVE = {"id": "give", "label": "Give it", "grants": True}
FOUND = {"id": "found", "label": "We have a time", "without_fields": True}


def test_every_kind_of_step_can_be_published() -> None:
    webhook = {"id": "tell", "kind": "webhook", "title": "Tell the shop", "target": "shop"}
    time = step("time", kind="schedule")
    assert found(approval(), step("pay", **CREDIT, outcomes=[GIVE]), time, webhook, END) == []


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"remind_times": 3, "escalate_to": None}, "steps.0.on_timeout"),
        ({"remind_times": 0, "escalate_to": None}, "steps.0.on_timeout"),
        ({"escalate_to": "agent"}, "steps.0.on_timeout.escalate_to"),
    ],
)
def test_a_step_of_a_person_that_nobody_would_hear_of_is_an_error_trap_62(
    told: dict[str, Any], place: str
) -> None:
    (only,) = found({**END, "on_timeout": told})
    assert only[:2] == ("error", place)


@pytest.mark.parametrize("role", ["senior", "manager"])
def test_whoever_is_higher_can_be_told_of_an_overdue_step(role: str) -> None:
    assert found({**END, "on_timeout": {"escalate_to": role}}) == []


def test_a_step_to_go_to_is_a_way_out_trap_62() -> None:
    away = {"escalate_to": None, "go_to": "end"}
    assert found(step("a", on_timeout=away), END) == []


@pytest.mark.parametrize(
    ("one", "place"),
    [
        (approval(due=None), "steps.0.due"),
        (approval(approver="agent"), "steps.0.approver"),
        (approval(outcomes=[{"id": "no", "label": "No"}]), "steps.0.outcomes"),
        (approval(outcomes=[GIVE]), "steps.0.outcomes"),
        (approval(expires_as="yes"), "steps.0.expires_as"),
        (step("pay", **CREDIT), "steps.0.outcomes"),
        (step("time", kind="schedule", outcomes=[FOUND]), "steps.0.outcomes"),
    ],
)
def test_a_question_has_a_yes_a_no_and_an_end(one: dict[str, Any], place: str) -> None:
    (only,) = found(one, END)
    assert only[:2] == ("error", place)


def test_a_yes_on_a_step_that_asks_nothing_is_a_warning() -> None:
    (only,) = found(step("a", outcomes=[GIVE]), END)
    assert only[:2] == ("warning", "steps.0.outcomes")


def test_a_group_in_pieces_is_an_error() -> None:
    (only,) = found(step("a", group="g"), step("b"), step("c", group="g"), END)
    assert only[:2] == ("error", "steps.2.group")
    assert found(step("a", group="g"), step("b", group="g"), step("c"), END) == []


def test_errors_come_first_and_can_be_told_apart() -> None:
    playbook = Playbook.model_validate(
        {**CLEAN, "summary": "Our churn.", "steps": [{**END, "owner": "admin"}]}
    )
    findings = lint(playbook)
    assert [one.level for one in findings] == [Level.ERROR, Level.WARNING]
    assert errors(findings) == findings[:1]


@pytest.mark.parametrize("kind", ["credit", "approval"])
def test_money_and_the_question_about_it_are_no_promise(kind: str) -> None:
    for promised in (True, False):
        money = cases.step(kind, "give", "yes", "no", promised=promised)
        places = [one.where for one in errors(lint(cases.playbook(money)))]
        assert ("steps.0.promised" in places) is promised
