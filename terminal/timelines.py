"""What happened in a case, who was told, and `watch`: what happens now, as it happens."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer

from terminal import signs
from terminal.address import segment
from terminal.answer import Answer
from terminal.command import CaseOption, command
from terminal.errors import NotReachable
from terminal.response import Reply
from terminal.views.story import show_delivery, show_entry, stable_line
from terminal.work import Work

_PAGE = 500


@command
def watch(
    work: Work,
    number: Annotated[str | None, typer.Argument(metavar="[E-1042]", help="Which case.")] = None,
    case: CaseOption = None,
    every: Annotated[float, typer.Option("--every", min=0.2, max=60, help="Seconds.")] = 2.0,
    last: Annotated[int, typer.Option("--last", min=0, max=_PAGE, help="Old lines first.")] = 10,
) -> None:
    """See what happens in a case, live. Ctrl-C ends it; so does the end of the case."""
    wanted = work.case(number or case)
    entries = _last(work, wanted, max(1, last))
    if work.screen.boxed and not work.as_json:
        work.screen.line((f"Watching {wanted}. Ctrl-C ends it.", "dim"))
    _tell(work, entries[len(entries) - min(last, len(entries)) :])
    seen = entries[-1][0]["seq"] if entries else 0
    try:
        while True:
            over = _is_over(work, wanted)  # asked first, so that its end is among the news
            entries = _news(work, wanted, seen)
            _tell(work, entries)
            if over:
                return
            seen = entries[-1][0]["seq"] if entries else seen
            time.sleep(every)
    except KeyboardInterrupt:
        return


def show_timeline(work: Work, case: str, *, last: int | None) -> None:
    """What happened, oldest first; only the last few when `last` is given."""
    if last is not None:
        entries = _last(work, case, last)
    else:
        entries = [entry for page in _pages(work, case, None) for entry in _items(page)]
    if work.as_json:
        work.print_json({"items": [raw for _, raw in entries]})
        return
    now = datetime.now(UTC)
    for entry, _ in entries:
        show_entry(work.screen, entry, now, work.zone)


def show_deliveries(work: Work, case: str) -> None:
    """Who was told, and whether it arrived."""
    reply = work.client.look(f"/cs/escalations/{segment(case)}/deliveries")
    if work.printed(reply):
        return
    if not reply.told["items"]:
        work.screen.line("Nothing was sent so far.")
    now = datetime.now(UTC)
    for told in reply.told["items"]:
        show_delivery(work.screen, told, now, work.zone)


def _last(work: Work, case: str, count: int) -> list[tuple[Answer, Answer]]:
    """The last few entries, oldest first."""
    path = f"/cs/escalations/{segment(case)}/timeline"
    return _items(work.client.look(path, order="newest", limit=count))[::-1]


def _pages(work: Work, case: str, after: int | None) -> Iterator[Reply]:
    cursor = str(after) if after else None
    while True:
        path = f"/cs/escalations/{segment(case)}/timeline"
        page = work.client.look(path, cursor=cursor, limit=_PAGE)
        yield page
        cursor = page.told.get("next_cursor")
        if cursor is None:
            return


def _is_over(work: Work, case: str) -> bool:
    """Whether nothing more is to come; no while nobody answers."""
    try:
        return work.look_at(case).told["status"] in signs.OVER
    except NotReachable:
        return False


def _news(work: Work, case: str, seen: int) -> list[tuple[Answer, Answer]]:
    """What came since; nothing while nobody answers, for watching goes on."""
    try:
        return [entry for page in _pages(work, case, seen) for entry in _items(page)]
    except NotReachable:
        return []


def _items(page: Reply) -> list[tuple[Answer, Answer]]:
    """Each entry clean, and as it came."""
    return list(zip(page.told["items"], page.raw["items"], strict=True))


def _tell(work: Work, entries: list[tuple[Answer, Answer]]) -> None:
    for entry, raw in entries:
        if work.as_json:
            work.print_json(raw, indent=None)
        elif work.screen.boxed:
            show_entry(work.screen, entry, datetime.now(UTC), work.zone)
        else:
            work.screen.plain(stable_line(entry))
