"""Many rehearsed cases added up, one after the other: only those that changed are kept."""

from collections import Counter

from models.rehearsal import CaseRehearsal, ClockSum, Countdown, LeftOut, SlaRehearsal
from models.sla import ClockKind


class SlaSums:
    """How it was and how it would have been, over all cases so far."""

    def __init__(self) -> None:
        self._cases = 0
        self._counts: dict[ClockKind, Counter[str]] = {kind: Counter() for kind in ClockKind}
        self._notices = [0, 0]
        self._long_pauses = 0
        self._changed: list[CaseRehearsal] = []
        self._left_out: list[LeftOut] = []

    def add(self, one: CaseRehearsal | LeftOut) -> None:
        """One more case."""
        if isinstance(one, LeftOut):
            self._left_out.append(one)
            return
        self._cases += 1
        self._notices[0] += one.before.notices
        self._notices[1] += one.after.notices
        self._long_pauses += one.long_pause
        for then in one.before.told:
            self._counts[then.kind].update(
                targets_before=1, missed_before=then.misses > 0, warnings_before=then.warnings
            )
        for now in one.after.told:
            self._counts[now.kind].update(
                targets_after=1, missed_after=now.misses > 0, warnings_after=now.warnings
            )
        for change in one.changes:
            self._counts[change.kind].update(_of(change.before, change.after))
        if one.changes or one.before != one.after:
            self._changed.append(one)

    def told(self) -> SlaRehearsal:
        """All of it."""
        return SlaRehearsal(
            cases=self._cases,
            clocks=tuple(
                ClockSum(kind=kind, **counts) for kind, counts in self._counts.items() if counts
            ),
            notices_before=self._notices[0],
            notices_after=self._notices[1],
            long_pauses=self._long_pauses,
            changed=tuple(self._changed),
            left_out=tuple(self._left_out),
        )


def _of(then: Countdown | None, now: Countdown | None) -> dict[str, int]:
    missed_then = then is not None and then.misses > 0
    missed_now = now is not None and now.misses > 0
    found = {
        "newly_missed": int(missed_now and not missed_then),
        "no_longer_missed": int(missed_then and not missed_now),
    }
    if then is not None and now is not None:
        found |= {"earlier": int(now.due_at < then.due_at), "later": int(now.due_at > then.due_at)}
    return found
