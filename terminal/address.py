"""Where the API is, and how its paths are written."""

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from terminal.errors import WrongUsage

PREFIX = "/api/v1"


def segment(text: str) -> str:
    """A case, step or operation as one part of a path. `call-now#2` is written `call-now~2`."""
    return quote(text.replace("#", "~"), safe="~")


def checked(url: str) -> str:
    """The address without a slash at its end. Raises WrongUsage when it is not one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongUsage(
            "The address of Rightnow is not right.", "Set RIGHTNOW_API_URL=http://host:port"
        )
    return url.rstrip("/").removesuffix(PREFIX)


def is_here(url: str) -> bool:
    """Loopback: no proxy of the environment may stand between us and our own machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
