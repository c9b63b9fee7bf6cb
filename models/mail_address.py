"""A mail address, as far as it can be judged without asking the network.

It is kept as people write it, `info@exämple.test`. Mail servers write the domain in ASCII, as
`info@xn--exmple-cua.test`; both are the same address.
"""

from typing import Annotated

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from pydantic import AfterValidator, Field


def _checked(text: str) -> ValidatedEmail:
    # `.test` domains are for demonstrations and tests, so they are allowed.
    return validate_email(text, check_deliverability=False, test_environment=True)


def _address(text: str) -> str:
    try:
        return _checked(text).normalized
    except EmailNotValidError as error:
        raise ValueError(f"is not a mail address: {error}") from None


MailAddress = Annotated[str, Field(max_length=254), AfterValidator(_address)]
"""A mail address such as `doug@example.org`."""


def comparable(text: str) -> str:
    """What is equal for two ways to write one address: normal, and in lower case.

    What is no mail address, such as a daemon without a domain, is only put in lower case.
    """
    try:
        return _checked(text).normalized.lower()
    except EmailNotValidError:
        return text.lower()


def on_the_wire(address: str) -> str:
    """An address as mail servers write it: the domain in ASCII (IDNA). The part before the @ stays.

    An address in ASCII stays as it is. Raises ValueError for one that has no such form.
    """
    if address.isascii():
        return address
    try:
        found = _checked(address)
    except EmailNotValidError as error:
        raise ValueError(f"is not a mail address: {error}") from None
    return f"{found.local_part}@{found.ascii_domain}"
