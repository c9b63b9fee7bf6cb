"""Figures: what was measured, beside its bare limit, and whether it is good enough."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

UNSANDBOXED = " (unsandboxed limit)"
TARGETED = "bare limit: a plain worker in the default sandbox; ours runs workflows without one"
NOT_TARGETED = "bare limit: a bare worker without the sandbox, as ours runs; no target"

_HEADS = ("figure", "bare limit", "ours", "ratio", "target", "met?")


@dataclass(frozen=True)
class Figure:
    """One line of the table. With a bare limit the target bounds the ratio, else ours."""

    name: str
    ours: float
    unit: str
    bare: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours in units of the bare limit."""
        return self.ours / self.bare if self.bare else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None when there is none."""
        value = self.ours if self.ratio is None else self.ratio
        if self.at_most is not None:
            return value <= self.at_most
        return value >= self.at_least if self.at_least is not None else None

    def cells(self) -> tuple[str, ...]:
        """The line as text."""
        target = "-"
        if (bound := self.at_most if self.at_most is not None else self.at_least) is not None:
            sign = "<=" if self.at_most is not None else ">="
            target = f"{sign} {bound:g} {'x' if self.bare else self.unit}"
        return (
            self.name,
            _said(self.bare, self.unit),
            _said(self.ours, self.unit),
            f"{self.ratio:.2f}" if self.ratio is not None else "-",
            target,
            {True: "yes", False: "NO", None: "-"}[self.met],
        )


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.0f} {unit}" if value >= 100 or value == int(value) else f"{value:.1f} {unit}"


def table(figures: Sequence[Figure]) -> str:
    """All lines, and the notes below."""
    lines = [_HEADS, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADS))]
    lines.insert(1, tuple("-" * width for width in widths))
    said = [
        "  ".join(
            cell.rjust(width) if 0 < column < 4 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    notes = [f"{figure.name}: {figure.note}" for figure in figures if figure.note]
    return "\n".join([*said, *(["", *notes] if notes else [])])


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies, between neighbours in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True)
class Duel:
    """Rounds of ours and of the bare limit, taken in turns, in milliseconds."""

    ours: list[list[float]]
    bare: list[list[float]]

    def figure(
        self, name: str, share: float, at_most: float | None = None, against: str = ""
    ) -> Figure:
        """One percentile of all rounds; the note says how far the rounds lie apart.

        `against` says in words what the bare limit is.
        """
        ours = percentile([one for part in self.ours for one in part], share)
        bare = percentile([one for part in self.bare for one in part], share)
        ratios = [
            percentile(mine, share) / percentile(limit, share)
            for mine, limit in zip(self.ours, self.bare, strict=True)
        ]
        count = sum(map(len, self.ours))
        note = (
            f"{count} + {count} in {len(ratios)} rounds; ratio of single rounds"
            f" {min(ratios):.2f} to {max(ratios):.2f}, median {statistics.median(ratios):.2f}"
        )
        note = "; ".join(filter(None, [note, against]))
        return Figure(name, ours, "ms", bare=bare, at_most=at_most, note=note)


@dataclass(frozen=True)
class Trio:
    """Rounds of ours, of the bare limit and of the same without the sandbox, in milliseconds."""

    ours: list[list[float]] = field(default_factory=list)
    bare: list[list[float]] = field(default_factory=list)
    free: list[list[float]] = field(default_factory=list)

    def figures(self, name: str, share: float, at_most: float) -> list[Figure]:
        """The line with the target, and one without, against the unsandboxed bare worker."""
        return [
            Duel(self.ours, self.bare).figure(name, share, at_most, TARGETED),
            Duel(self.ours, self.free).figure(name + UNSANDBOXED, share, against=NOT_TARGETED),
        ]
