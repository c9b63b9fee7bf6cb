"""`rightnow analyze`: a line in, a line out, in order, whatever the lines are."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from activities.adapters.heads import Heads
from activities.adapters.minilm import MiniLm
from activities.adapters.reader import BuiltInReader
from upkeep.analyze import AT_ONCE, LONGEST_LINE, answers, lines_of

ROOT = Path(__file__).parents[2]
KEYS = ["id", "score", "label", "p_negative", "cancel_intent", "churn_risk"]
BAD = [
    "no json",
    "[]",
    '"text"',
    "{}",
    '{"id": 1}',
    '{"id": 2, "text": 3}',
    '{"id": {"a": 1}, "text": null}',
    "[" * 50_000,
    '{"id": 1e999, "text": "x"',
    '{"id": 1e999, "text": "x"}',
    '{"id": NaN, "text": "x"}',
    '{"id": 1, "text": "caf\udce9"}',
]


def _answers(lines: list[str]) -> list[dict[str, Any]]:
    return list(answers(BuiltInReader(MiniLm(), Heads.read()), lines))


def test_every_line_is_answered_in_its_place_and_a_bad_one_keeps_nobody() -> None:
    lines: list[str] = []
    for number in range(AT_ONCE + 10):
        lines += [json.dumps({"id": number, "text": f"Case {number} is great"}), *BAD[:3]]
    told = _answers(lines)
    assert len(told) == len(lines)
    assert [one["id"] for one in told[::4]] == list(range(AT_ONCE + 10))
    assert all(list(one) == KEYS for one in told[::4])
    assert all(set(one) == {"id", "error"} for at, one in enumerate(told) if at % 4)


def test_whatever_a_bad_line_is_it_says_what_is_wrong() -> None:
    told = _answers(BAD)
    assert [one["id"] for one in told] == [None, None, None, None, 1, 2, *[None] * 6]
    assert all(one["error"].endswith(".") for one in told)


def test_quotes_and_signatures_are_not_read() -> None:
    said = "All is well, thank you.\n\nOn 4 Nov 2026, Al wrote:\n> This is terrible, I will cancel!"
    [whole, new] = _answers(
        [json.dumps({"id": "a", "text": text}) for text in (said, "All is well, thank you.")]
    )
    assert {**whole, "id": ""} == {**new, "id": ""}


def test_of_a_text_that_is_only_quotes_nothing_is_read() -> None:
    quotes = ("> Cancel my account!", "On 4 Nov 2026, Al wrote:\n> Cancel my account!", "", " \n")
    lines = [json.dumps({"id": at, "text": text}) for at, text in enumerate(quotes)]
    told = _answers([*lines, json.dumps({"id": 9, "text": "Cancel my account!"})])
    for at, one in enumerate(told[:-1]):
        assert one == {
            "id": at, "score": 0, "label": "unknown", "p_negative": 0, "cancel_intent": 0,
            "churn_risk": 0,
        }  # fmt: skip
        assert list(one) == KEYS
    assert told[-1]["id"] == 9
    assert told[-1]["cancel_intent"] > 0.5


def test_a_language_that_nobody_reads_here_is_unknown() -> None:
    told = _answers(
        [
            json.dumps({"id": 1, "text": "Estoy muy enfadado, el t\u00e9cnico no ha venido"}),
            json.dumps({"id": 2, "text": "I am angry, the technician did not come"}),
        ]
    )
    assert [one["label"] for one in told] == ["unknown", "negative"]


def test_a_line_of_many_rules_keeps_nobody() -> None:
    text = "Hello\n" + "\t_____\n" * 5000
    [told] = _answers([json.dumps({"id": 1, "text": text})])
    assert list(told) == KEYS


def test_a_line_without_end_is_refused_and_the_next_one_read() -> None:
    stream = io.StringIO('{"id": 1, "text": "' + "x" * (3 * LONGEST_LINE) + '"}\n\n{"id": 2}\r\n')
    first, empty, second = lines_of(stream)
    assert empty == ""
    assert LONGEST_LINE < len(first) < LONGEST_LINE + 10
    assert second == '{"id": 2}'
    assert "more than 200,000" in _answers([first])[0]["error"]


def test_as_many_lines_go_out_as_come_in_whatever_is_on_them() -> None:
    given = '{"id": 1, "text": "It broke"}\n\n \t\r\n{"id": 2, "text": "It broke"}\n'
    told = _answers(list(lines_of(io.StringIO(given))))
    assert [one["id"] for one in told] == [1, None, None, 2]
    assert [one.get("error") for one in told[1:3]] == ["This line is empty."] * 2


def test_a_mark_of_the_byte_order_costs_no_line() -> None:
    given = '\ufeff{"id": 1, "text": "It broke"}\n{"id": 2, "text": "It broke"}'
    told = _answers(list(lines_of(io.StringIO(given))))
    assert [list(one) for one in told] == [KEYS, KEYS]


def test_the_command_answers_a_pipe_offline() -> None:
    given = "".join(
        json.dumps({"id": at, "text": f"It broke again {at}"}) + "\n" for at in range(200)
    )
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "cli", "analyze"],
        input=given, capture_output=True, text=True, check=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert time.perf_counter() - begun < 60
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == list(range(200))
    assert done.stderr == ""


def test_bytes_that_are_no_utf_8_and_half_signs_keep_nobody() -> None:
    given = b'\xef\xbb\xbf{"id": 0, "text": "It works"}\n'
    given += b'{"id": 1, "text": "caf\xe9"}\r\n{"id": "\\u00e9", "text": "\\ud83d it works"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "cli", "analyze"],
        input=given, capture_output=True, check=True, cwd=ROOT, timeout=120,
        env={"PATH": "/usr/bin", "LC_ALL": "C"},
    )  # fmt: skip
    marked, first, second = map(json.loads, done.stdout.splitlines())
    assert list(marked) == KEYS
    assert first == {"id": None, "error": "This line is not UTF-8."}
    assert list(second) == KEYS
    assert second["id"] == "\u00e9"
