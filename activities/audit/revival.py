"""Starting a lost life again from what PostgreSQL has: only when nothing can happen twice.

Rule: it begins where the events end. What was planned and has an end in the ledger is only
reported; a page may go out again under its Message-ID, a letter may not. When the events are not
whole, or a letter left that they do not know of, a person must look.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from activities.pinned_book import book_of
from domain.audit import NotWhole, deliveries_told, lived, whole
from models.audit import AuditLimits, FindingKind, Found, LifeSeen, LifeStatus, LiveCase
from models.escalation import EscalationState
from models.event import Event
from models.messages import EscalationStart, Life
from models.store.repositories import audits, evidence
from models.store.session import Store

_ANSWERS = 500
_RECENTLY = timedelta(days=1)


@dataclass(frozen=True)
class Revival:
    """Makes the start of a lost case, or says why there is none."""

    store: Store
    limits: AuditLimits

    async def start_for(
        self, case: LiveCase, seen: LifeSeen, now: datetime
    ) -> EscalationStart | str:
        """With what a lost case is started again; or why it must not be, in plain words."""
        identity = Found(kind=FindingKind.LOST, subject=str(case.id), detail="").identity
        async with self.store.transaction() as connection:
            heals = await audits.heals(connection, identity, now - _RECENTLY)
            start = await evidence.start_of(connection, case.id)
            story = (await evidence.stories_of(connection, [case.id])).get(case.id, [])
            letters = await evidence.letters_on_their_way(connection, case.id)
            answers = await evidence.answers_of(connection, case.id, _ANSWERS)
        if seen.status is LifeStatus.ENDED:
            return "its workflow knew an end that PostgreSQL does not know"
        if heals >= self.limits.heals:
            return f"it was started again {heals} times already"
        if start is None or start.opening is None:
            return "the request that opened it is not in the inbox"
        try:
            events = whole(story)
            state = lived(events) if events else None
        except NotWhole as error:
            return f"its events are not whole ({error})"
        if (state.version if state else 0) != case.version:
            return "PostgreSQL shows another version than its events"
        if why := _unsafe(state, events, letters):
            return why
        if state is None:
            return start.model_copy(update={"life": None})
        async with self.store.transaction() as connection:
            book = await book_of(connection, case.id, state)
        if book is None:
            return "a playbook that it goes by is not there"
        life = Life(state=state, book=book, receipts=tuple(answers))
        return start.model_copy(update={"book": book, "life": life})


def _unsafe(state: EscalationState | None, events: list[Event], letters: set[str]) -> str | None:
    if letters - set(deliveries_told(events)):
        return "a letter may have left that its events do not know of"
    if state is None:
        return None
    if state.clock_offset:
        return "its clock was moved for a demonstration"
    return None
