"""What conditions can ask of a running case."""

from models.escalation import EscalationState
from models.facts import Facts
from models.messages import Book, Opening


def facts_of(book: Book, state: EscalationState) -> Facts:
    """The facts of a running case. Its words stay in PostgreSQL, so `text` is empty here."""
    return Facts(
        type=state.type,
        severity=state.severity,
        source=state.source,
        text="",
        customer_tier=book.facts.customer_tier,
        customer_years=book.facts.customer_years,
        customer_annual_value=book.facts.customer_annual_value,
        appointment_known=state.appointment_at is not None,
        touches=state.touches,
        reopened=state.reopened,
    )


def facts_at_opening(book: Book, opening: Opening, text: str) -> Facts:
    """The facts of a case as they were when it was opened, and its playbook and policy chosen."""
    return Facts(
        type=opening.type,
        severity=opening.severity,
        source=opening.source,
        text=text,
        customer_tier=book.facts.customer_tier,
        customer_years=book.facts.customer_years,
        customer_annual_value=book.facts.customer_annual_value,
        appointment_known=opening.appointment_at is not None,
    )
