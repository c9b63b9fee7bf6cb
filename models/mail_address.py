"""A mail address, as far as it can be judged without asking the network."""

from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field


def _address(text: str) -> str:
    try:
        # `.test` domains are for demonstrations and tests, so they are allowed.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"is not a mail address: {error}") from None
    return found.normalized


MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_address)]
"""A mail address such as `doug@example.org`."""
