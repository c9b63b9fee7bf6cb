"""Which playbook a past case would have begun with, were a draft among the published ones."""

from collections.abc import Sequence

from domain.facts import facts_at_opening
from domain.matching import match_playbook
from domain.predicate import asks_for_words
from models.errors import NoPlaybook
from models.escalation import number_text
from models.facts import Facts
from models.match import Match
from models.playbook import PlaybookVersion
from models.rehearsal import LeftOut, OtherPlaybook, PastCase, PlaybookRehearsal


class Rematching:
    """Matches past cases anew: with the published playbooks, and with the draft among them.

    Both are asked with the facts of the case's opening, so only the draft makes a difference.
    """

    def __init__(self, published: Sequence[PlaybookVersion], draft: PlaybookVersion) -> None:
        self._slug = draft.ref.slug
        self._before = tuple(published)
        others = (one for one in published if one.ref.slug != self._slug)
        self._after = (*others, draft.model_copy(update={"status": "published"}))
        triggers = [one.playbook.triggers.when for one in (*published, draft)]
        self._words_matter = any(asks_for_words(when) for when in triggers)
        self._cases = self._gained = self._lost = self._chosen = self._suggested = 0
        self._changed: list[OtherPlaybook] = []
        self._left_out: list[LeftOut] = []

    def add(self, past: PastCase | LeftOut) -> None:
        """One more case."""
        if isinstance(past, LeftOut):
            self._left_out.append(past)
            return
        number = number_text(past.opening.number)
        if past.text is None and self._words_matter:
            self._left_out.append(LeftOut(number=number, why=ERASED))
            return
        facts = facts_at_opening(past.book, past.opening, past.text or "")
        then, now = _match(self._before, facts), _match(self._after, facts)
        before, after = _slug(then), _slug(now)
        self._cases += 1
        self._chosen += after == self._slug
        self._gained += after == self._slug != before
        self._lost += before == self._slug != after
        if now is not None:
            self._suggested += any(one.version.ref.slug == self._slug for one in now.suggestions)
        if before != after:
            self._changed.append(
                OtherPlaybook(
                    id=past.opening.escalation_id,
                    number=number,
                    had=past.opening.playbook.slug,
                    before=before,
                    after=after,
                    why=now.why if now else None,
                )
            )

    def told(self) -> PlaybookRehearsal:
        """All of it."""
        return PlaybookRehearsal(
            slug=self._slug,
            cases=self._cases,
            gained=self._gained,
            lost=self._lost,
            chosen=self._chosen,
            suggested=self._suggested,
            changed=tuple(self._changed),
            left_out=tuple(self._left_out),
        )


ERASED = "its words were erased, and a condition asks for them"


def _match(playbooks: Sequence[PlaybookVersion], facts: Facts) -> Match | None:
    try:
        return match_playbook(playbooks, facts)
    except NoPlaybook:
        return None


def _slug(match: Match | None) -> str | None:
    return match.version.ref.slug if match else None
