"""What the placeholders of a script stand for, in one case."""

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.script import Placeholder, Values
from models.customer import Customer, first_name
from models.escalation import number_text
from models.standing import EscalationLine


def values_of(
    *,
    customer: Customer | None,
    agent_name: str | None,
    company: str,
    number: str,
    title: str | None,
    now: datetime,
    appointment_at: datetime | None = None,
) -> Values:
    """The finished words for every placeholder; None where a fact is not known.

    An appointment is said in the customer's own time zone, and in UTC when nobody knows it.
    """
    years = years_with_us(customer, now)
    value = customer.annual_value if customer else None
    day, time = _appointment(appointment_at, customer)
    return {
        Placeholder.CUSTOMER_FIRST_NAME: customer.first_name if customer else None,
        Placeholder.CUSTOMER_NAME: customer.name if customer else None,
        Placeholder.CUSTOMER_YEARS: f"{years} year{'' if years == 1 else 's'}" if years else None,
        Placeholder.CUSTOMER_ANNUAL_VALUE: str(value) if value else None,
        Placeholder.AGENT_FIRST_NAME: first_name(agent_name) if agent_name else None,
        Placeholder.AGENT_NAME: agent_name,
        Placeholder.COMPANY_NAME: company,
        Placeholder.CASE_NUMBER: number,
        Placeholder.CASE_TITLE: title,
        Placeholder.APPOINTMENT_DAY: day,
        Placeholder.APPOINTMENT_TIME: time,
    }


def line_values(company: str, line: EscalationLine) -> Values:
    """The same for a case in a list, where only names are at hand."""
    agent = line.assignee_name
    return {
        Placeholder.CUSTOMER_FIRST_NAME: first_name(line.customer_name),
        Placeholder.CUSTOMER_NAME: line.customer_name,
        Placeholder.AGENT_FIRST_NAME: first_name(agent) if agent else None,
        Placeholder.AGENT_NAME: agent,
        Placeholder.COMPANY_NAME: company,
        Placeholder.CASE_NUMBER: number_text(line.number),
        Placeholder.CASE_TITLE: line.title,
    }


def years_with_us(customer: Customer | None, now: datetime) -> int:
    """Whole years as a customer; 0 in the first year and when nobody knows."""
    if customer is None or customer.customer_since is None:
        return 0
    since, today = customer.customer_since, now.date()
    birthday_passed = (today.month, today.day) >= (since.month, since.day)
    return max(0, today.year - since.year - (0 if birthday_passed else 1))


def _appointment(at: datetime | None, customer: Customer | None) -> tuple[str | None, str | None]:
    if at is None:
        return None, None
    zone = customer.time_zone if customer else None
    local = at.astimezone(ZoneInfo(zone or "UTC"))
    suffix = "" if zone else " UTC"
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{local:%A, %B} {local.day}", f"{hour}:{local:%M} {half}{suffix}"
