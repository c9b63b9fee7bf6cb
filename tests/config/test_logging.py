"""A log says what broke and where, and never what a customer wrote."""

import json
import logging
import sys
from pathlib import Path

import psycopg
import pytest

from config.logging import error_without_words, formatter

WORDS = "canary-7f3a"
ROOT = str(Path(__file__).parents[2])


def broken() -> None:
    """Break as a driver does: the value stands in the text of the error, and of its cause."""
    try:
        raise psycopg.errors.UniqueViolation(f"DETAIL:  Key (title)=({WORDS}) already exists.")
    except psycopg.Error as error:
        raise RuntimeError(f"could not keep {WORDS}") from error


def caught() -> BaseException:
    """The error of `broken`, with its places."""
    with pytest.raises(RuntimeError) as found:
        broken()
    return found.value


def line(logger: str, message: str, form: str = "json") -> str:
    """A line of a library, logged as libraries do, with the error at hand."""
    error = caught()
    record = logging.LogRecord(
        logger, logging.ERROR, __file__, 1, message, None, (type(error), error, error.__traceback__)
    )
    made = formatter("json") if form == "json" else formatter("text")
    return made.format(record)


def test_an_error_is_told_by_its_types_and_places_first_cause_first() -> None:
    told = error_without_words(caught()).splitlines()
    assert told[0] == "psycopg.errors.UniqueViolation"
    assert told[1].startswith("  at tests/config/test_logging.py:")
    assert told[1].endswith(" broken")
    assert told[2] == "then RuntimeError"
    assert WORDS not in "".join(told)
    assert ROOT not in "".join(told)
    assert "site-packages" not in "".join(told)


@pytest.mark.parametrize("form", ["json", "text"])
def test_whoever_logs_an_error_logs_none_of_its_words(form: str) -> None:
    for logger in ("api", "uvicorn.error", "temporalio.activity", "sqlalchemy.pool"):
        told = line(logger, "Exception in ASGI application\n", form)
        assert WORDS not in told
        assert "psycopg.errors.UniqueViolation" in told
        assert "test_logging.py" in told


def test_what_a_library_adds_below_its_message_is_left_out() -> None:
    """asyncio writes the lost task there, with its error and the error's words."""
    told = json.loads(line("asyncio", f"Task exception was never retrieved\nfuture: <{WORDS}>"))
    assert told["event"] == "Task exception was never retrieved"
    assert WORDS not in json.dumps(told)


def test_an_error_in_a_circle_of_causes_is_told_once() -> None:
    first, second = ValueError(WORDS), KeyError(WORDS)
    first.__cause__, second.__cause__ = second, first
    assert error_without_words(first) == "KeyError\nthen ValueError"


def test_a_cause_that_was_hidden_stays_hidden() -> None:
    try:
        try:
            raise ValueError(WORDS)
        except ValueError:
            raise KeyError(WORDS) from None
    except KeyError:
        shown = error_without_words(sys.exc_info()[1] or KeyError())
    assert shown.startswith("KeyError\n  at ")
    assert "ValueError" not in shown
