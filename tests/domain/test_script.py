"""Scripts: one pass, no code, and a blank that a person sees."""

import time

import pytest
from hypothesis import given, strategies as st

from domain.script import MAX_VALUE, Placeholder, missing, placeholders, render, unknown

FIRST, NAME = Placeholder.CUSTOMER_FIRST_NAME, Placeholder.CUSTOMER_NAME


def test_a_placeholder_becomes_its_value() -> None:
    text = "Hi {customer.first_name}, this is {agent.first_name}."
    values = {FIRST: "Doug", Placeholder.AGENT_FIRST_NAME: "Sarah"}
    assert render(text, values) == "Hi Doug, this is Sarah."


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_value_that_is_not_known_is_a_blank_that_a_person_sees(value: str | None) -> None:
    assert render("Call {customer.first_name} now", {FIRST: value}) == (
        "Call [customer first name] now"
    )
    assert render("{appointment.day}", {}) == "[appointment day]"


def test_a_value_is_not_looked_at_again() -> None:
    values = {FIRST: "{customer.name}", NAME: "{customer.first_name}"}
    assert render("{customer.first_name}{customer.name}", values) == (
        "{customer.name}{customer.first_name}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{customer.name}}",
        "{customer.name",
        "customer.name}",
        "{",
        "}{",
        "{}",
        "{0}",
        "{customer.name!r}",
        "{customer.name:>900000000}",
        "{customer.__class__}",
        "{ customer.name }",
        "{Customer.Name}",
        "%(name)s ${name} {% if %}",
        "{customer\n.name}",
    ],
)
def test_everything_else_in_braces_stays_as_it_is(text: str) -> None:
    assert render(text, {NAME: "Doug Carter"}) == text


def test_what_is_no_placeholder_is_named_once_and_in_order() -> None:
    text = "{x} {customer.name} { customer.name } {x} {customer.nmae} {{y}} {"
    assert unknown(text) == ("x", " customer.name ", "customer.nmae")
    assert placeholders(text) == {NAME}


def test_missing_values_are_told_in_the_order_of_the_list() -> None:
    text = "{agent.name} {customer.name} {customer.first_name}"
    assert missing(text, {NAME: "Doug Carter", FIRST: None}) == (FIRST, Placeholder.AGENT_NAME)


def test_a_value_that_is_too_long_is_cut() -> None:
    assert render("{customer.name}", {NAME: "x" * 1_000}) == "x" * MAX_VALUE


@pytest.mark.parametrize("text", ["{" * 60_000, "{customer.name" * 5_000, "{a}" * 20_000])
def test_the_longest_text_takes_no_time(text: str) -> None:
    start = time.process_time()
    render(text, {})
    unknown(text)
    assert time.process_time() - start < 5


@given(st.text(max_size=200), st.text(max_size=30))
def test_any_text_and_any_value_can_be_rendered(text: str, value: str) -> None:
    values = dict.fromkeys(Placeholder, value)
    assert render(f"{text}\n{{customer.name}}", values).endswith(value.strip() or NAME.blank)
