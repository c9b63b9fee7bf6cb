"""When notices to us leave: within the policy's hours, unless the case is too severe to wait.

A notice that comes due as the house closes still leaves: somebody turns off the light.
"""

from datetime import datetime, timedelta

from domain.open_hours import by_slug, is_open, spans
from models.messages import Book
from models.severity import Severity

GRACE = timedelta(minutes=5)
"""So long after closing time a notice still leaves."""


def leaves_at(book: Book, severity: Severity, at: datetime) -> datetime:
    """The first moment from `at` on at which a notice may leave (trap 12)."""
    rules = book.policy.notices
    if rules is None or severity in rules.urgent:
        return at
    hours = by_slug(book.hours or ())
    if is_open(hours, rules.calendar, at) or is_open(hours, rules.calendar, at - GRACE):
        return at
    following = next(spans(hours, rules.calendar, at), None)
    return following.begins_at if following is not None else at
