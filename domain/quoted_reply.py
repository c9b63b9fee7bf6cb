"""Which words of a mail are new: quoted mails and signatures are cut out, and kept apart.

Signal words count only in what the customer says now. "To cancel, reply to this mail" at the foot
of our own quoted letter is not a threat.

The awkward case: answers written between the quoted lines are new words. So after "On ... wrote:"
everything goes only when the quote is not marked with `>`.

Whoever writes the text chooses it, so the work is linear in its length: nothing here goes back over
a line that it has seen, and no line is looked at by a pattern with two ways through one run of
blanks.
"""

import re

MAX_WRAP = 4
"""Lines over which a mail program may break "On ... wrote:"."""

_ATTRIBUTION = re.compile(
    r"(?:on|am|le|el|op|il|em)\b.{5,400}"
    r"(?:wrote|writes|schrieb|a écrit|escribió|schreef|ha scritto|escreveu)\b[^\n]{0,120}:\s*$",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b\d{4}\b|\d[:.]\d\d|\S@\S")
"""An attribution has a year, a time or an address; "On Tuesday your agent wrote:" has none."""

_DIVIDER = re.compile(
    r"-{2,}\s*(?:original message|original appointment|forwarded message|forwarded by.{0,200}"
    r"|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|mensaje original)"
    r"|begin forwarded message:",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*_{5,}\s*$")
_FROM = re.compile(r"\*?(?:from|von|de|da|van)\s?:\*?\s*\S", re.IGNORECASE)
_SENT = re.compile(r"\*?(?:sent|date|gesendet|datum|envoyé|enviado|verzonden)\s?:\*?\s*\S", re.I)
_TO = re.compile(r"\*?(?:to|subject|an|betreff|à|objet|para|asunto|aan|onderwerp)\s?:\*?", re.I)
_DEVICE = re.compile(
    r"\s*(?:sent from (?:my|mail for|yahoo|outlook|samsung|proton)\b.{0,60}"
    r"|get outlook for .{0,40})$",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 12
_SIGNATURE_SIZE = 800


def split_reply(text: str) -> tuple[str, str]:
    """Return the new words, and what was quoted or signed, each in its order.

    `"Yes please.\\n\\nOn 4 Nov 2025, Al wrote:\\n> Shall we?"` is `"Yes please."` and the rest.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    is_new = new_lines(lines)
    new = [line for line, kept in zip(lines, is_new, strict=True) if kept]
    cut = [line for line, kept in zip(lines, is_new, strict=True) if not kept]
    return _tidy(new), _tidy(cut)


def new_lines(lines: list[str]) -> list[bool]:
    """Of each line, whether it is new: neither quoted nor signed."""
    is_new = [True] * len(lines)
    at = 0
    while at < len(lines):
        end = _cut(lines, at)
        is_new[at:end] = [False] * (end - at)
        at = max(end, at + 1)
    return is_new


def _cut(lines: list[str], at: int) -> int:
    """The line before which a cut that begins here ends; `at` when this line is new."""
    if wrap := _attribution(lines, at):
        return at + wrap if _marked(lines, at + wrap) else len(lines)
    if _divider(lines[at]) or _outlook_block(lines, at):
        return len(lines)
    if _signature(lines, at):
        return _next_quote(lines, at + 1)
    return at + 1 if lines[at].startswith(">") or _DEVICE.match(lines[at]) else at


def is_forward(subject: str) -> bool:
    """Whether the subject is that of a forwarded mail: what it quotes is then its message."""
    return re.match(r"\s*(?:fwd?|wg|tr|rv)\s*:", subject, re.IGNORECASE) is not None


def _attribution(lines: list[str], at: int) -> int:
    """How many lines "On ... wrote:" takes here; 0 when there is none."""
    if not re.match(r"(?:on|am|le|el|op|il|em)\b", lines[at], re.IGNORECASE):
        return 0
    joined = ""
    for wrap, line in enumerate(lines[at : at + MAX_WRAP], start=1):
        if not line.strip():
            return 0
        joined = f"{joined} {line[:500].strip()}".strip()
        if joined.endswith(":") and _ATTRIBUTION.match(joined) and _DATED.search(joined):
            return wrap
    return 0


def _marked(lines: list[str], at: int) -> bool:
    """Whether the next line that is not empty begins with `>`."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at < len(lines) and lines[at].startswith(">")


def _divider(line: str) -> bool:
    """Whether it is "----- Original Message -----" or the like, with or without the last dashes."""
    return _DIVIDER.fullmatch(line.strip().rstrip("-").rstrip()) is not None


def _outlook_block(lines: list[str], at: int) -> bool:
    """Whether From:, Sent: and To: or Subject: stand here, at most one line of `_____` before."""
    if _RULE.match(lines[at]) and at + 1 < len(lines):
        at += 1
    if not _FROM.match(lines[at]):
        return False
    block = lines[at + 1 : at + 6]
    return any(map(_SENT.match, block)) and any(map(_TO.match, block))


def _signature(lines: list[str], at: int) -> bool:
    """Whether a signature begins here: "-- ", or "--" when only a little follows."""
    if lines[at] == "-- ":
        return True
    if lines[at] != "--":
        return False
    after = lines[at + 1 : _next_quote(lines, at + 1, _SIGNATURE_LINES + 2)]
    return len(after) <= _SIGNATURE_LINES and sum(map(len, after)) <= _SIGNATURE_SIZE


def _next_quote(lines: list[str], at: int, within: int | None = None) -> int:
    """The line where the next quote begins, or where the text (or `within` lines) ends."""
    end = len(lines) if within is None else min(len(lines), at + within)
    for index in range(at, end):
        line = lines[index]
        if line.startswith(">") or _divider(line) or _attribution(lines, index):
            return index
        if _outlook_block(lines, index):
            return index
    return end


def _tidy(lines: list[str]) -> str:
    """Join lines: no spaces at their ends, at most one empty line in a row."""
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
