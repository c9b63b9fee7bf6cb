"""Files of past cases, line by line: JSON or CSV, of any size, with whatever is wrong in them."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from pydantic import ValidationError

from models.similar import ImportedCase

LONGEST_LINE = 100_000
"""Characters. What is longer is refused, and never held in memory as a whole."""

_NO_OBJECT = "is no object with the fields of a case"


@dataclass(frozen=True)
class Refused:
    """A line that is not taken."""

    line: int
    why: str


class TooLong(str):
    """The beginning of a line that is too long."""


Row = tuple[int, ImportedCase | Refused]


def json_rows(source: TextIO) -> Iterator[Row]:
    """One case a line, as JSON, with the line's number. Empty lines are passed over."""
    for number, line in _numbered(source):
        if line.strip():
            yield number, _of_json(number, line)


def csv_rows(source: TextIO) -> Iterator[Row]:
    """One case a row below a header, with the number of the row's last line.

    A quoted text may go over several lines, up to 131,072 characters of it; an empty one is none.
    """
    numbers = _Numbers(_numbered(source))
    reader = csv.reader(numbers, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        yield numbers.last, Refused(numbers.last, f"is no header: {error}")
        return
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield numbers.last, Refused(numbers.last, f"is no row of CSV: {error}")
            continue
        if row is None:
            return
        if row:
            yield numbers.last, _of_row(numbers.last, header, row)


class _Numbers:
    """The lines, remembering the number of the one that was read last."""

    def __init__(self, lines: Iterable[tuple[int, str]]) -> None:
        self._lines = iter(lines)
        self.last = 0

    def __iter__(self) -> "_Numbers":
        return self

    def __next__(self) -> str:
        self.last, line = next(self._lines)
        if isinstance(line, TooLong):
            raise csv.Error(f"more than {LONGEST_LINE:,} characters in a line")
        return line


def _numbered(source: TextIO) -> Iterator[tuple[int, str]]:
    number = 0
    while line := source.readline(LONGEST_LINE + 2):
        number += 1
        whole = line.endswith("\n")
        while not whole and (rest := source.readline(LONGEST_LINE)):
            whole = rest.endswith("\n")
        long = len(line.rstrip("\r\n")) > LONGEST_LINE
        yield number, TooLong(line) if long else line


def _of_json(number: int, line: str) -> ImportedCase | Refused:
    if isinstance(line, TooLong):
        return Refused(number, f"has more than {LONGEST_LINE:,} characters")
    if why := _no_text(line):
        return Refused(number, why)
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return Refused(number, "is not JSON")
    if not isinstance(given, dict):
        return Refused(number, _NO_OBJECT)
    try:
        return ImportedCase.model_validate_json(line, strict=True)
    except ValidationError as error:
        return Refused(number, _said(error))


def _of_row(number: int, header: list[str], row: list[str]) -> ImportedCase | Refused:
    if why := _no_text("".join(row)):
        return Refused(number, why)
    if len(row) != len(header):
        return Refused(number, f"has {len(row)} fields, and the header has {len(header)}")
    given = {name: text for name, text in zip(header, row, strict=True) if text}
    try:
        return ImportedCase.model_validate_strings(given)
    except ValidationError as error:
        return Refused(number, _said(error))


def _no_text(line: str) -> str | None:
    return "is not UTF-8" if any("\udc80" <= sign <= "\udcff" for sign in line) else None


def _said(error: ValidationError) -> str:
    """What is wrong first, without the customer's words."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])[:60]
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] in {"too_long", "string_too_long"}:
        what = f"has more than {first['ctx']['max_length']:,} characters"
    return f"{place}: {what}" if place else what
