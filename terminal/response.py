"""What an HTTP response means: an answer, a refusal, or that nobody is there."""

from dataclasses import dataclass, field
from typing import Any

import httpx2

from terminal.answer import Answer, clean
from terminal.errors import NotReachable, refusal

_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True)
class Reply:
    """An answer: as it came, for programs; and clean, for people."""

    status: int
    raw: Any
    told: Answer = field(default_factory=dict)

    @property
    def only_safe(self) -> bool:
        """Accepted and kept, and not done yet."""
        return self.status == 202


def gone(
    url: str,
    response: httpx2.Response | None,
    trouble: httpx2.TransportError | None,
    sure: str,
) -> NotReachable:
    """The error when trying is over: what came last decides the words, `sure` what is safe."""
    if response is not None:
        error = refusal(response.status_code, _json(response))
        away = NotReachable(error.happened, safe=sure, mend="Try again soon.", code=error.code)
        away.raw = error.raw
        return away
    if isinstance(trouble, _UNSENT):
        return NotReachable(
            f"Nobody answers at {url}.", safe=sure, mend="Is it running? make up", code="no-answer"
        )
    return NotReachable(
        "We sent it, but no answer came.",
        safe=sure,
        mend="Is it running? make up",
        code="no-answer",
    )


def read(response: httpx2.Response, url: str) -> Reply:
    """The answer. Raises Refused for a problem, NotReachable for what Rightnow never says."""
    body = _json(response)
    if response.is_success and isinstance(body, dict):
        return Reply(response.status_code, body, clean(body))
    if response.is_error and (isinstance(body, dict) or response.status_code == 401):
        raise refusal(response.status_code, body)
    raise NotReachable(
        f"Something else than Rightnow answers at {url}.",
        safe="Nothing was changed.",
        mend="Set RIGHTNOW_API_URL to the right address.",
        code=f"http-{response.status_code}",
    )


def _json(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
