"""`make eval`, outcomes: nothing is told from its own day or later, and the sums are right."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from evaluation.outcomes import (
    WAYS,
    Complaint,
    Seen,
    base,
    beside,
    complaints,
    guess,
    held_out,
    ours,
    outcomes,
    parted,
    regression,
    rolling,
    unpooled,
)

DAY = date(2016, 1, 1)
HEAD = "date,product,sub_product,issue,company,state,channel,action_outcome,timely,disputed"


def complaint(day: int, *, well: bool, action: str = "relief") -> Complaint:
    """A complaint of that day."""
    return Complaint(DAY + timedelta(day), action, well)


def test_the_later_half_begins_with_a_new_day() -> None:
    cases = [complaint(day // 4, well=True) for day in range(20)]
    known, asked = parted(cases)
    assert [*known, *asked] == cases
    assert max(one.on for one in known) < min(one.on for one in asked)


def test_what_ends_on_the_same_day_is_not_known_yet() -> None:
    cases = [complaint(0, well=True) for _ in range(30)] + [complaint(1, well=False)] * 2
    told = rolling(base, cases)
    assert [one.well for one in told] == [False, False]
    assert [one.value for one in told] == pytest.approx([30.5 / 31] * 2)
    assert rolling(base, cases[:30]) == []


def test_each_way_says_what_it_is_called() -> None:
    seen = Seen([complaint(0, well=True)] * 3 + [complaint(0, well=False, action="none")])
    new = complaint(1, well=True)
    assert guess(seen, new) == pytest.approx(0.87)
    assert unpooled(seen, new) == 1
    assert unpooled(seen, complaint(1, well=True, action="other")) == base(seen, new)
    wide = 11.7 / 14
    assert ours(seen, new) == pytest.approx((10 * wide + 3) / 13)
    assert [one.base for one in held_out(ours, [], [new])] == [0.5]


def test_a_regression_learns_from_what_is_known_alone() -> None:
    known = [complaint(0, well=True)] * 30 + [complaint(0, well=False, action="none")] * 30
    asked = [complaint(1, well=False), complaint(1, well=True, action="none")]
    good, bad = regression(known, asked)
    assert good.value > 0.7
    assert bad.value < 0.3
    assert (good.base, good.well, bad.well) == (0.5, False, True)
    low, high = beside([good, bad], held_out(base, known, asked))
    assert low <= high < 0


def test_every_figure_is_printed_from_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        f"{DAY + timedelta(day)},Card,,Fees,A bank,ME,Web,{action},Yes,{disputed}"
        for day in range(40)
        for action, disputed in (("relief", 0), ("none", day % 2))
    ]
    (tmp_path / "cfpb_outcomes_early.csv").write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    assert len(complaints(tmp_path)) == 80
    outcomes(tmp_path)
    printed = capsys.readouterr().out
    figures = {
        name: [
            float(one.removeprefix(name).split()[0])
            for one in printed.splitlines()
            if one.startswith(f"{name}  ")
        ]
        for name in WAYS
    }
    assert all(len(found) == 2 for found in figures.values())
    assert figures["beta-binomial"][0] < figures["always the average"][0]
