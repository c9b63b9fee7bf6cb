"""What the placeholders of a script stand for, in one case."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.script import Placeholder, Values
from models.customer import Customer, first_name
from models.escalation import number_text
from models.money import Money
from models.standing import EscalationLine


class Whom(NamedTuple):
    """The customer whom a script speaks to."""

    first_name: str
    name: str
    since: date | None
    annual_value: Money | None


def finished(
    *,
    whom: Whom | None,
    agent_name: str | None,
    company: str,
    number: str,
    title: str | None,
    today: date,
    appointment: tuple[str | None, str | None],
) -> Values:
    """The finished words for every placeholder there is; None where a fact is not known.

    `appointment` is day and time, as the customer reads them.
    """
    years = whole_years(whom.since, today) if whom and whom.since else 0
    value = whom.annual_value if whom else None
    day, time = appointment
    return {
        Placeholder.CUSTOMER_FIRST_NAME: whom.first_name if whom else None,
        Placeholder.CUSTOMER_NAME: whom.name if whom else None,
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
    """The same for a customer as they are kept.

    An appointment is said in the customer's own time zone, and in UTC when nobody knows it.
    """
    return finished(
        whom=Whom(
            customer.first_name, customer.name, customer.customer_since, customer.annual_value
        )
        if customer
        else None,
        agent_name=agent_name,
        company=company,
        number=number,
        title=title,
        today=now.date(),
        appointment=appointment_words(appointment_at, customer),
    )


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
    return whole_years(customer.customer_since, now.date())


def whole_years(since: date, today: date) -> int:
    """Whole years from a day until today; 0 when it lies ahead."""
    birthday_passed = (today.month, today.day) >= (since.month, since.day)
    return max(0, today.year - since.year - (0 if birthday_passed else 1))


def appointment_words(
    at: datetime | None, customer: Customer | None
) -> tuple[str | None, str | None]:
    """Day and time of an appointment where the customer lives; in UTC when nobody knows."""
    if at is None:
        return None, None
    zone = customer.time_zone if customer else None
    local = at.astimezone(ZoneInfo(zone or "UTC"))
    suffix = "" if zone else " UTC"
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{local:%A, %B} {local.day}", f"{hour}:{local:%M} {half}{suffix}"
