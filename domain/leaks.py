"""Ways out that a draft must not open: links, addresses, encoded text, the secret of a request.

A link or an image in a shown text can carry out what stands beside it, so there is none at all,
in no way of writing. An address or a number of a telephone is only one of ours.
"""

import base64
import codecs
import re
from collections.abc import Iterator

from domain import personal
from domain.ground import Ground, Said

_LINKS = re.compile(
    r"[a-z][a-z0-9+]{1,10}:/{1,2}|\bwww\.|\b(?:javascript|data|mailto|tel|file) ?: ?\S"
    r"|!?\[[^\]\n]{0,200}\] ?[(\[]|</?[a-z!?][^>\n]{0,400}>?|&(?:lt|gt|#x?[0-9a-f]{1,6});"
    r"|\b[a-z0-9-]{2,63}\.[a-z]{2,24}\b|\b[a-z0-9-]{1,63}(?: dot |\[\.\]|\(dot\))[a-z]{2,24}\b"
    r"|\\[nxu][0-9a-f]|```|\{\{|\$\{|<\|",
    re.IGNORECASE,
)
_AT = re.compile(r"\S{1,64} ?(?:\(at\)|\[at\]|@) ?\S{1,64}", re.IGNORECASE)
_CASE = re.compile(r"\bE-? ?(\d{1,9})\b|(?:\bcase|\bticket|#) ?(?:number |no\.? )?#?(\d{2,9})\b")
_CODED = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,}={0,2}|(?:[0-9a-f]{2}[ :]?){16,}")
_SPELLED = re.compile(
    r"(?:\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double)\b[ ,.-]{0,3}){5,}",
    re.IGNORECASE,
)
_NOT_WORDS = re.compile(r"[\W_]+")
LEAK = 8
"""So many characters of the secret in a row are a leak."""


def links(said: Said, _: Ground) -> Iterator[str]:
    """Links, images, HTML and encoded text, each way of writing them."""
    for text in said.texts:
        for found in _LINKS.finditer(text):
            yield f"has a link, markup or code: “{found.group()[:60]}”"
        for found in _CODED.finditer(text):
            if any(map(str.isdecimal, found.group())) or not found.group().islower():
                yield f"has a text in code: “{found.group()[:40]}”"


def contacts(said: Said, ground: Ground) -> Iterator[str]:
    """Addresses and numbers of telephones that are not ours."""
    ours = ground.ours.casefold()
    digits = _digits(ground.ours)
    for text in said.texts:
        for at in _AT.finditer(text):
            if at.group().casefold().strip(".,;:") not in ours:
                yield f"has an address that is not ours: “{at.group()[:60]}”"
        for start, end in (*personal.phones(text), *personal.long_ids(text)):
            number = _digits(text[start:end])
            if number not in digits:
                yield f"has a number that is not ours: “{text[start:end][:40]}”"
        if found := _SPELLED.search(text):
            yield f"spells a number out: “{found.group()[:40]}”"
        if any(True for _ in (*personal.cards(text), *personal.ibans(text))):
            yield "has the number of a card or of an account"


def cases(said: Said, ground: Ground) -> Iterator[str]:
    """Numbers of cases that are neither this one nor one like it."""
    ours = {one or other for one, other in _CASE.findall(ground.ours)}
    for text in said.texts:
        for one, other in _CASE.findall(text):
            if (one or other) not in ours:
                yield f"names the case {one or other}, which is not in the facts"


def canary(said: Said, _: Ground) -> Iterator[str]:
    """The secret of the request, or a part of it: as it is, spaced out, backwards or in code."""
    bare = _NOT_WORDS.sub("", said.canary).casefold()
    if not bare:
        return
    text = _NOT_WORDS.sub("", " ".join((said.whole, *said.raw))).casefold()
    forms = (bare, bare[::-1], codecs.encode(bare, "rot13"), said.canary.encode().hex())
    windows = {form[at : at + LEAK] for form in forms for at in range(max(1, len(form) - LEAK + 1))}
    if any(window in text for window in windows) or any(
        one in text for one in _in_base64(said.canary)
    ):
        yield "has the secret mark of the request"


def _in_base64(secret: str) -> Iterator[str]:
    """The secret as it stands in encoded text, at each of three offsets, without its ends."""
    for offset in range(3):
        coded = base64.b64encode(b" " * offset + secret.encode()).decode()
        yield _NOT_WORDS.sub("", coded[4:-4] if len(coded) > 16 else coded).casefold()


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
