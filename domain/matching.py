"""Matching: which playbook a new case starts with, why, and which others would fit."""

from collections.abc import Iterable

from domain.predicate import reason
from models.errors import NoPlaybook
from models.facts import Facts
from models.match import Match, Suggestion
from models.playbook import PlaybookVersion, StartMode

GENERAL = "general"
"""The playbook of last resort: it starts when no other matches, whatever its priority says."""

_MAX_WHY = 200


def match_playbook(playbooks: Iterable[PlaybookVersion], facts: Facts) -> Match:
    """The playbook for a case: of those whose condition holds, the one of highest priority.

    Equal priorities are told apart by slug, so the answer never depends on the order given. Only
    the newest published version of each playbook counts. One with `start: suggest` is never
    started by itself: it is among the suggestions, as are those that matched and came second.
    Raises NoPlaybook when nothing matches and there is no general playbook either.
    """
    usable = _newest(playbooks)
    fitting = [
        Suggestion(version=one, why=_sentence(why))
        for one in sorted(usable, key=_rank)
        if one.ref.slug != GENERAL
        and (why := reason(one.playbook.triggers.when, facts)) is not None
    ]
    chosen = next((one for one in fitting if _starts_itself(one.version)), None)
    if chosen is None:
        chosen = _last_resort(usable)
    rest = tuple(one for one in fitting if one is not chosen)
    return Match(version=chosen.version, why=chosen.why, suggestions=rest)


def _last_resort(usable: list[PlaybookVersion]) -> Suggestion:
    for one in usable:
        if one.ref.slug == GENERAL and _starts_itself(one):
            return Suggestion(version=one, why="No other playbook fits this case.")
    raise NoPlaybook(
        f"No playbook matches, and there is no published playbook `{GENERAL}` that starts by"
        " itself. Publish one."
    )


def _newest(playbooks: Iterable[PlaybookVersion]) -> list[PlaybookVersion]:
    newest: dict[str, PlaybookVersion] = {}
    for one in playbooks:
        known = newest.get(one.ref.slug)
        if one.status == "published" and (known is None or one.ref.version > known.ref.version):
            newest[one.ref.slug] = one
    return list(newest.values())


def _rank(one: PlaybookVersion) -> tuple[int, str]:
    return -one.playbook.triggers.priority, one.ref.slug


def _starts_itself(one: PlaybookVersion) -> bool:
    return one.playbook.triggers.start is StartMode.AUTO


def _sentence(why: str) -> str:
    """A clause as a sentence that fits on one line."""
    text = f"{why[0].upper()}{why[1:]}."
    return text if len(text) <= _MAX_WHY else f"{text[: _MAX_WHY - 1]}…"
