"""Quotes are cut out in time that grows with the text, whatever stands in it."""

import time
from collections.abc import Callable

import pytest

from domain.quoted_reply import split_reply
from domain.thanks import only_thanks

SMALL, LARGE = 16 * 1024, 64 * 1024

RUNS = {
    "blanks after a divider": ("-- original message", " ", "x"),
    "tabs after a divider": ("-- original message", "\t", "x"),
    "dashes after a divider": ("-- original message", "-", "x"),
    "dashes and blanks after a divider": ("-- original message", "- ", "x"),
    "whoever forwarded it": ("-- forwarded by", " -", "x"),
    "blanks before a divider": ("", " ", "-- original"),
    "blanks after a rule": ("_____", " ", "x"),
    "one rule": ("", "_", "x"),
    "rules after each other": ("", "\t_____\n", "x"),
    "rules without a tab": ("", "_____\n", "x"),
    "marks of quotes": ("", "> ", "x"),
    "quoted lines": ("", "> a\n", "x"),
    "attributions": ("", "On 4 Nov 2025, Al wrote:\n", "x"),
    "attributions that are quoted": ("", "On 4 Nov 2025, Al wrote:\n> a\n", "x"),
    "attributions on one line": ("On ", "2025 wrote: ", ":"),
    "attributions that never end": ("", "On 4 Nov 2025 Al\n", "x"),
    "empty lines after an attribution": ("On 4 Nov 2025, Al wrote:", "\n", "x"),
    "signatures": ("", "-- \n", "x"),
    "short signatures": ("", "--\n", "x"),
    "heads of mails": ("", "From: a\n", "x"),
    "heads of mails, from and sent": ("", "From: a\nSent: b\n", "x"),
    "blanks in a head": ("From:", " ", "x"),
    "devices": ("", "Sent from my ", "x"),
    "blanks alone": ("", " ", "x"),
    "lines alone": ("", "\r\n", "x"),
    "lines of one blank": ("", " \n", "x"),
}


def spent(work: Callable[[str], object], text: str) -> float:
    """Seconds of this process's own work, the least of three: others' load adds nothing."""
    took = []
    for _ in range(3):
        begun = time.process_time()
        work(text)
        took.append(time.process_time() - begun)
    return min(took)


@pytest.mark.parametrize("work", [split_reply, only_thanks])
@pytest.mark.parametrize(("first", "run", "last"), RUNS.values(), ids=RUNS.keys())
def test_four_times_the_text_is_not_sixteen_times_the_work(
    work: Callable[[str], object], first: str, run: str, last: str
) -> None:
    small, large = (f"{first}{run * (size // len(run))}{last}" for size in (SMALL, LARGE))
    assert spent(work, large) < 10 * max(spent(work, small), 0.01)


@pytest.mark.parametrize("rule", ["_____", "\t_____", "_____\t", "\u3000_____"])
def test_any_number_of_rules_is_cut_through_without_climbing(rule: str) -> None:
    text = "Hello\n" + f"{rule}\n" * 5000
    new, cut = split_reply(text)
    assert new.startswith("Hello")
    assert cut == ""


@pytest.mark.parametrize("rule", ["", "________________________________\n", "\t_____\n"])
def test_a_head_after_one_rule_is_a_quote(rule: str) -> None:
    head = "From: Support\nSent: Monday\nTo: Me\nSubject: Cancel"
    new, cut = split_reply(f"No.\n\n{rule}{head}\n\nShall we?")
    assert new == "No."
    assert cut.endswith("Shall we?")


@pytest.mark.parametrize(
    "divider",
    [
        "-----Original Message-----",
        "  -- Original message --  ",
        "--Forwarded by Al Vale on 4 Nov 2025--",
        "-- Original Message",
        "Begin forwarded message:",
    ],
)
def test_a_divider_has_dashes_at_its_end_or_none(divider: str) -> None:
    assert split_reply(f"No.\n{divider}\nShall we?")[0] == "No."


@pytest.mark.parametrize("line", ["-- original message, please read", "Original message", "----"])
def test_a_line_that_only_begins_like_a_divider_is_new(line: str) -> None:
    assert split_reply(f"No.\n{line}\nShall we?") == (f"No.\n{line}\nShall we?", "")
