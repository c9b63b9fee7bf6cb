"""A draft of SLA rules: which policy of it a past case would have got, with which open hours."""

from collections.abc import Mapping, Sequence

from domain.business_hours import materialise, window_for
from domain.facts import facts_at_opening
from domain.policy import match_policy
from domain.predicate import asks_for_words
from domain.rehearsal import rehearse
from domain.rematching import ERASED
from models.calendar import CalendarVersion
from models.escalation import number_text
from models.hours import OpenHours
from models.rehearsal import CaseRehearsal, LeftOut, PastCase
from models.sla import PolicyVersion

_KEPT_HOURS = 60
"""Hours of so many calendars and months are kept: cases of a month share them."""


class SlaDraft:
    """Policies and calendars as they would be, were the draft published."""

    def __init__(
        self, policies: Sequence[PolicyVersion], calendars: Mapping[str, CalendarVersion]
    ) -> None:
        self._policies = tuple(policies)
        self._calendars = calendars
        self._words_matter = any(asks_for_words(one.policy.when) for one in policies)
        self._hours: dict[tuple[str, object], OpenHours] = {}

    def rehearse(self, past: PastCase) -> CaseRehearsal | LeftOut:
        """One case under the draft; or why nothing can be said about it."""
        if past.text is None and self._words_matter:
            return LeftOut(number=number_text(past.opening.number), why=ERASED)
        facts = facts_at_opening(past.book, past.opening, past.text or "")
        policy = match_policy(self._policies, facts)
        hours = tuple(self._open_hours(slug, past) for slug in policy.calendars)
        return rehearse(past, policy, hours)

    def _open_hours(self, slug: str, past: PastCase) -> OpenHours:
        begins_at, ends_at = window_for(past.opening.received_at)
        key = slug, begins_at
        if key not in self._hours:
            if len(self._hours) >= _KEPT_HOURS:
                self._hours.clear()
            one = self._calendars[slug]
            self._hours[key] = materialise(one.calendar, one.ref, begins_at, ends_at)
        return self._hours[key]
