"""Whether the language model helps, and why not: in words for people, from what is on record."""

from models.llm import LlmSeen, LlmSetup, LlmStatus, LlmTrouble

WORDS = {
    LlmTrouble.NOT_SET_UP: "No language model is set up.",
    LlmTrouble.BREAKER_OPEN: "It failed several times in a row; it gets a rest.",
    LlmTrouble.BUDGET_SPENT: "Today's tokens are spent. Midnight UTC brings new ones.",
    LlmTrouble.BUDGET_UNKNOWN: "The database does not say how many tokens are left.",
    LlmTrouble.BUSY: "Too many questions at once.",
    LlmTrouble.TIMEOUT: "It took too long.",
    LlmTrouble.RATE_LIMITED: "The endpoint wants fewer questions, and said how long to wait.",
    LlmTrouble.REFUSED: "The model would not answer that.",
    LlmTrouble.NOT_LET_IN: "The endpoint does not accept our key.",
    LlmTrouble.NOT_FOUND: "The endpoint knows no such address or model.",
    LlmTrouble.UNREACHABLE: "The endpoint cannot be reached.",
    LlmTrouble.FAILED: "The endpoint failed.",
    LlmTrouble.TOO_LARGE: "The answer was too large.",
    LlmTrouble.NO_SENSE: "The answer made no sense.",
    LlmTrouble.CUT_SHORT: "The answer was cut short.",
}
"""One sentence for each. Nothing else of the product changes: playbooks need no model."""


def status(setup: LlmSetup | None, seen: LlmSeen) -> LlmStatus:
    """What any process can tell of the model.

    It is off when none is set up, when the day's tokens are spent, and while the rest lasts that
    the call that ended last made its process give the endpoint. A single bad call switches nothing
    off: the next question is asked. When a rest is over nothing is known against it.
    """
    if setup is None:
        return _off(LlmTrouble.NOT_SET_UP, seen, budget=0)
    if seen.tokens_today >= setup.tokens_per_day:
        return _off(LlmTrouble.BUDGET_SPENT, seen, setup.tokens_per_day)
    if seen.last is not None and seen.rests:
        return _off(LlmTrouble(seen.last), seen, setup.tokens_per_day)
    return LlmStatus(
        on=True,
        why=None,
        words="The language model helps.",
        since=None,
        tokens_today=seen.tokens_today,
        budget=setup.tokens_per_day,
    )


def _off(why: LlmTrouble, seen: LlmSeen, budget: int) -> LlmStatus:
    told = why not in (LlmTrouble.NOT_SET_UP, LlmTrouble.BUDGET_SPENT)
    return LlmStatus(
        on=False,
        why=why,
        words=WORDS[why],
        since=seen.last_at if told else None,
        tokens_today=seen.tokens_today,
        budget=budget,
    )
