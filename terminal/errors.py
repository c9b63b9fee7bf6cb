"""What can go wrong at a terminal, as a tree. Each says what happened, what is safe, what to do.

TerminalError
├── WrongUsage      exit 2   the command cannot be meant as it was typed
├── Refused         exit 1   the API said no, with a stable code
└── NotReachable    exit 3   nobody answered, or nobody can save right now
"""

from typing import Any, ClassVar

from terminal.answer import clean


class TerminalError(Exception):
    """The root. Its words are for a person; there is never a traceback."""

    exit_code: ClassVar[int] = 1

    def __init__(self, happened: str, *, safe: str = "", mend: str = "", code: str = "") -> None:
        super().__init__(happened)
        self.happened = happened
        self.safe = safe
        self.mend = mend
        self.code = code
        self.troubles: tuple[str, ...] = ()
        """Each field that is wrong, in one line."""

        self.certain = True
        """Whether it is known that nothing was changed."""

        self.raw: Any = None
        """The problem as the API sent it."""


class WrongUsage(TerminalError):
    """The command as typed lacks something. Nothing was sent."""

    exit_code = 2

    def __init__(self, happened: str, mend: str = "", lines: tuple[str, ...] = ()) -> None:
        super().__init__(happened, mend=mend)
        self.troubles = lines


class NotReachable(TerminalError):
    """No answer, or the answer that nothing can be saved right now."""

    exit_code = 3


class Refused(TerminalError):
    """The API said no."""


_OURS = {
    "not-authenticated": "We do not know who you are. Your token is missing, old, or taken back.",
    "escalation-unknown": "There is no such case.",
    "operation-unknown": "There is no such request, or it is not yours to see.",
}
"""Where the API's detail speaks to programmers."""

_MEND = {
    "not-authenticated": "Get a new token: rightnow token YOUR-MAIL",
    "not-allowed": "Ask a senior or a manager to do it.",
    "escalation-unknown": "Look for it: rightnow queue",
    "step-unknown": "See its steps: rightnow show",
    "person-unknown": "Check the mail address.",
    "escalation-closed": "See how it ended: rightnow show",
    "not-in-this-status": "See how it stands: rightnow show",
    "step-not-open": "See whose turn it is: rightnow next",
    "step-already-ended": "See what is next: rightnow next",
    "already-assigned": "Take the next one: rightnow next",
    "reason-required": "Type the same again, and say why in a few words.",
    "outcome-unknown": "See how it can end: rightnow next",
    "internal": "Try once more. If it fails again, tell your admin the code.",
}


def refusal(status: int, body: Any) -> Refused:
    """The error that a problem (RFC 9457) stands for; an answer without one is told by its status.

    A 4xx changed nothing. After a 5xx nobody can be sure, so it says to look first.
    """
    told = clean(body) if isinstance(body, dict) else {}
    code = str(told.get("code") or f"http-{status}")
    title, detail = str(told.get("title") or ""), str(told.get("detail") or "")
    if told.get("errors"):
        detail = ""
    if detail.startswith(title):
        title = ""
    happened = _OURS.get(code) or " ".join(words for words in (title, detail) if words)
    safe = "Nothing was changed." if status < 500 else "We are not sure if it was done."
    error = Refused(
        happened or "The answer was no.",
        safe=safe,
        mend=_MEND.get(code, "Mend it, and type it again." if status == 422 else ""),
        code=code,
    )
    if code == "not-allowed" and "Ask " in error.happened:
        error.mend = ""
    if status >= 500 and not error.mend:
        error.mend = "Look first: rightnow show"
    error.certain = status < 500
    error.troubles = tuple(_trouble(one) for one in told.get("errors") or ())
    error.raw = body
    return error


def _trouble(told: dict[str, Any]) -> str:
    return f"{told.get('where', '')}: {told.get('what', '')}. {told.get('mend', '')}".strip()
