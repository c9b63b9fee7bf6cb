"""Editions: by which of the engine's own rules a case goes on."""

from enum import IntEnum


class Edition(IntEnum):
    """A case keeps the edition it was opened with, whatever becomes of the rules afterwards.

    Its history is played through them again and again, and must always tell the same events: what
    they told is on record. A rule that tells other events than before gets a new edition.
    """

    FIRST = 0
    """Cases that were opened before there were editions."""

    SECOND = 1
    """Time acts before people: before a command is looked at, a pause that is over ends, and
    what was missed is acted on. A customer's answer opens a resolved case again. Whenever a
    customer waits an answer is owed, after a reopening too; and whoever has a case that is opened
    again has the time of a new owner."""


NEWEST = Edition.SECOND
