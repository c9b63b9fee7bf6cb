"""HTML mail as readable text: what a person would see, with the quoted part kept apart.

Scripts, styles, comments and what is hidden are dropped; links stay as "text (address)"; blocks
end lines. The tree is walked with a stack of our own, and never changed while it is walked: both
depth and width may be hostile.
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag
from bs4.exceptions import ParserRejectedMarkup

MAX_HTML = 256 * 1024
"""Characters of HTML that are read, after comments, styles and scripts are gone."""

MAX_TAGS = 15_000

_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|title|template|svg)\b.*?(?:</\1\s{0,9}>|\Z)"
    r"|<[!?][^>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_NOT_A_TAG = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)")
"""A bracket that opens no complete tag; on those the parser takes quadratic time."""

_DROPPED = {"script", "style", "title", "template", "svg", "object", "iframe", "noscript"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "tr", "ul",
}  # fmt: skip
_APART = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"}
"""Blocks with an empty line around them."""

_QUOTE_CLASSES = {
    "gmail_quote", "gmail_attr", "gmail_signature", "yahoo_quoted", "moz-cite-prefix",
    "moz-signature", "protonmail_quote",
}  # fmt: skip
_QUOTE_FROM_HERE = {"divRplyFwdMsg", "appendonsend", "x_divRplyFwdMsg"}
"""Ids after which all is quoted (Outlook)."""

_HIDDEN = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all"
    r"|font-size\s{0,9}:\s{0,9}0(?:px|pt|em|%)?\s{0,9}(?:;|$|!)|opacity\s{0,9}:\s{0,9}0\s{0,9}(?:;|$|!)",
    re.IGNORECASE,
)


def html_to_text(html: str, max_tags: int = MAX_TAGS) -> tuple[str, str, bool]:
    """Return the new words, the quoted ones, and whether some were left out as too many."""
    html = _UNSEEN.sub(" ", html)
    pieces = html[:MAX_HTML].split("<", max_tags + 1)
    cut = len(html) > MAX_HTML or len(pieces) > max_tags + 1
    html = _NOT_A_TAG.sub("&lt;", "<".join(pieces[: max_tags + 1]))
    try:
        soup = BeautifulSoup(f"<div>{html}", "html.parser")
    except (ParserRejectedMarkup, RecursionError):
        return _tidy(re.sub(r"<[^<>]*>", " ", html)), "", cut
    new, quoted = _Walk().read(soup)
    return _tidy(new), _tidy(quoted), cut


class _Walk:
    """One walk through a page, with what is written into: the new words or the quoted ones."""

    def __init__(self) -> None:
        self._new: list[str] = []
        self._quoted: list[str] = []
        self._quoting = 0
        """How many quoting elements are open; a quote that never ends keeps it above 0."""

    def read(self, soup: BeautifulSoup) -> tuple[str, str]:
        """Walk through the page in its order."""
        stack: list[tuple[Tag, Iterator[PageElement]]] = [(soup, iter(soup.contents))]
        while stack:
            tag, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._leave(tag)
            elif isinstance(child, Tag):
                if not _unseen(child):
                    self._enter(child)
                    stack.append((child, iter(child.contents)))
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                self._write(re.sub(r"[\s\u00ad\u200b\u200c\u034f\ufeff]+", " ", str(child)))
        return "".join(self._new), "".join(self._quoted)

    def _write(self, words: str) -> None:
        (self._quoted if self._quoting else self._new).append(words)

    def _enter(self, tag: Tag) -> None:
        if _said(tag, "id") in _QUOTE_FROM_HERE:
            self._quoting += 1
        self._quoting += _quotes(tag)
        if tag.name == "br":
            self._write("\n")
        elif tag.name in ("td", "th"):
            self._write(" ")
        elif tag.name == "img" and (alt := _said(tag, "alt").strip()):
            self._write(f"[{alt[:100]}]")
        self._break(tag)
        if tag.name == "li":
            self._write("- ")

    def _leave(self, tag: Tag) -> None:
        address = _said(tag, "href").strip() if tag.name == "a" else ""
        if address.lower().startswith(("http://", "https://", "mailto:")):
            words = "".join((self._quoted if self._quoting else self._new)[-8:])
            if address.removeprefix("mailto:") not in words:
                self._write(f" ({address[:500]})")
        if tag.name != "li":
            self._break(tag)
        self._quoting -= _quotes(tag)

    def _break(self, tag: Tag) -> None:
        if tag.name in _BLOCKS:
            self._write("\n\n" if tag.name in _APART else "\n")


def _said(tag: Tag, name: str) -> str:
    """An attribute as text; empty when there is none."""
    value = tag.get(name)
    return value if isinstance(value, str) else " ".join(value or ())


def _quotes(tag: Tag) -> bool:
    """Whether what stands in it was written before."""
    return tag.name == "blockquote" or bool(_QUOTE_CLASSES & set(_said(tag, "class").split()))


def _unseen(tag: Tag) -> bool:
    """Whether a reader does not see it."""
    return (
        tag.name in _DROPPED or tag.has_attr("hidden") or bool(_HIDDEN.search(_said(tag, "style")))
    )


def _tidy(text: str) -> str:
    """Single spaces, clean line ends, at most one empty line in a row."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
