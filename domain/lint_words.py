"""The words of a playbook: placeholders that exist, and sentences that read at a glance."""

from collections.abc import Iterator

from domain import reading
from domain.lint_conditions import where
from domain.script import Placeholder, render, unknown
from models.finding import Finding, Level
from models.playbook import Place, Playbook
from models.step import Approval, EmailStep, Notify, OfferStep, Step, Task

SAMPLE = {
    Placeholder.CUSTOMER_FIRST_NAME: "Doug",
    Placeholder.CUSTOMER_NAME: "Doug Hall",
    Placeholder.CUSTOMER_YEARS: "six years",
    Placeholder.CUSTOMER_ANNUAL_VALUE: "a lot",
    Placeholder.AGENT_FIRST_NAME: "Jane",
    Placeholder.AGENT_NAME: "Jane Lind",
    Placeholder.COMPANY_NAME: "Bright Homes",
    Placeholder.CASE_NUMBER: "one",
    Placeholder.CASE_TITLE: "the bill",
    Placeholder.APPOINTMENT_DAY: "May the fifth",
    Placeholder.APPOINTMENT_TIME: "nine",
}
"""Somebody's case, to read a text with its placeholders filled."""


def word_findings(playbook: Playbook) -> Iterator[Finding]:
    """What is wrong with the words of a playbook, text by text."""
    for place, text in texts(playbook):
        for name in unknown(text):
            what = f"`{{{name}}}` is not a placeholder that we know"
            mend = f"Use one of: {', '.join(Placeholder)}."
            yield Finding(where=where(place), what=what, mend=mend)
        if "{{" in text:
            what = "double braces are shown as they are, and never filled"
            mend = "Write one brace on each side."
            yield Finding(where=where(place), what=what, mend=mend, level=Level.WARNING)
        for what, mend in _hard_to_read(render(text, SAMPLE)):
            yield Finding(where=where(place), what=what, mend=mend, level=Level.WARNING)


def _hard_to_read(text: str) -> Iterator[tuple[str, str]]:
    grade = reading.grade(text)
    if reading.word_count(text) >= reading.MIN_BLOCK and grade > reading.MAX_GRADE:
        limit = f"{reading.MAX_GRADE:.0f}"
        yield f"reads at grade {grade:.1f}; at most {limit}", "Use shorter words and sentences."
    for sentence in reading.long_sentences(text):
        count = reading.word_count(sentence)
        what = f"a sentence has {count} words; at most {reading.MAX_SENTENCE}: “{sentence[:60]}…”"
        yield what, "Make two of it."
    for word in reading.banned(text):
        yield f"has the word “{word}”", f"Say it in plain words: {reading.BANNED[word]}."


def texts(playbook: Playbook) -> Iterator[tuple[Place, str]]:
    """Every text that a person reads, with its place."""
    yield ("name",), playbook.name
    yield ("summary",), playbook.summary
    yield ("win_condition",), playbook.win_condition
    for index, warning in enumerate(playbook.what_not_to_do):
        yield ("what_not_to_do", index), warning
    for index, step in enumerate(playbook.steps):
        for place, text in _step_texts(step):
            yield ("steps", index, *place), text


def _step_texts(step: Step) -> Iterator[tuple[Place, str]]:
    yield ("title",), step.title
    if step.why:
        yield ("why",), step.why
    if step.script:
        yield ("script", "opening"), step.script.opening
        for index, point in enumerate(step.script.key_points):
            yield ("script", "key_points", index), point
        if step.script.closing:
            yield ("script", "closing"), step.script.closing
    for index, outcome in enumerate(step.outcomes):
        yield ("outcomes", index, "label"), outcome.label
    for index, field in enumerate(step.fields):
        yield ("fields", index, "label"), field.label
    yield from _texts_of_kind(step)


def _texts_of_kind(step: Step) -> Iterator[tuple[Place, str]]:
    match step:
        case EmailStep() | Notify():
            yield ("letter", "subject"), step.letter.subject
            yield ("letter", "body"), step.letter.body
        case OfferStep():
            yield ("offer",), step.offer
        case Task():
            for index, instruction in enumerate(step.instructions):
                yield ("instructions", index), instruction
        case Approval():
            yield ("question",), step.question
        case _:
            return
