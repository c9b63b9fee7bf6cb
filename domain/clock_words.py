"""What a clock counts to, in plain words. Whoever speaks of a clock takes them from here."""

from models.sla import ClockKind

CLOCK_WORDS = {
    ClockKind.FIRST_RESPONSE: "first answer",
    ClockKind.NEXT_RESPONSE: "next answer",
    ClockKind.RESOLUTION: "solution",
}
"""Within a sentence: `We owe: first answer by …`."""

CLOCK_NAMES = {kind: words.capitalize() for kind, words in CLOCK_WORDS.items()}
"""At its beginning, and alone."""
