"""Where somebody lives, by the form: streets with a number, flats, towns with their code.

Written as in English, German, French, Spanish and Italian. In small letters only the plainest
words for a street count, and no small word stands before them: `2 hours down the road` is none.
Texts are in one spelling: no letter has marks.
"""

import re
from collections.abc import Iterator

from domain.language import is_small_word
from domain.personal import Span

_KIND = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square"
    r"|Sq|Terrace|Highway|Hwy)"
)
_OF = r"(?:(?:de|du|des|del|della|la|le|les|los|las|l') ?){0,2}"
_FLAT = r"(?i:apartment|apt\.?|flat|suite) (?:no\.? ?|#)?\d{1,4} ?[A-Za-z]?(?!\w)"
_STREET = re.compile(
    rf"(?:{_FLAT}, ?)?(?<!\w)\d{{1,5}}[A-Za-z]?\s(?:[A-Z][\w'.-]{{0,30}}\s){{1,4}}{_KIND}(?!\w)\.?"
    r"|(?<!\w)[A-Z][\w-]{0,40}?(?:stra\u00dfe|strasse|str\.|weg|platz|allee|gasse)"
    r"\s\d{1,4}[a-z]?(?!\w)"
    r"|(?<!\w)[A-Z][\w'.-]{1,30} (?:Street|Road|Lane|Avenue|Court|Place|Square|Terrace)"
    r",? \d{1,4}[a-z]?(?![\w%:])"
    r"|(?<!\w)\d{1,4}(?: ?bis| ?ter)?,? (?i:rue|avenue|boulevard|chemin|impasse|place|quai"
    rf"|calle|via) {_OF}[A-Z][\w'-]{{1,40}}"
    rf"|(?<!\w)(?:Rue|Calle|Avenida|Plaza|Via|Piazza|Corso) {_OF}[A-Z][\w'-]{{1,40}},?"
    r" \d{1,4}(?!\w)"
    rf"|(?<!\w){_FLAT}(?! ?(?:%|percent|dollars|euros|pounds|bucks|fee|rate|off|per))"
    r"|(?<!\w)\d{5} (?!(?i:dollars?|euros?|usd|eur|gbp|pounds|points|miles|times|people))"
    r"[A-Z][a-z]{2,30}(?!\w)"
    r"|(?<!\w)[A-Z]{2} \d{5}(?:-\d{4})?(?!\w)"
    r"|(?<!\w)[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w)"
)
_SMALL = re.compile(
    r"(?<!\w)\d{1,5}[a-z]?,? (?P<name>[a-z][\w'.-]{1,30}(?: [a-z][\w'.-]{1,30})?)"
    r" (?:street|avenue|road|lane|boulevard|terrace|blvd|ave)(?!\w)",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:(?:hour|minute|day|week|month|year|mile|block|house|car|truck|mete?r|foot|time|people"
    r"|other|different|whole|long|busy|wide)s?|feet|km|th|st|nd|rd|men|man)",
    re.IGNORECASE,
)


def streets(text: str) -> Iterator[Span]:
    """Streets with a number, flats, and towns with their code."""
    after = 0
    spans = sorted((*(found.span() for found in _STREET.finditer(text)), *_in_small(text)))
    for start, end in spans:
        if start >= after:
            yield start, end
            after = end


def _in_small(text: str) -> Iterator[Span]:
    for found in _SMALL.finditer(text):
        names = found["name"].split()
        if not any(is_small_word(one) or _NO_NAME.fullmatch(one) for one in names):
            yield found.span()
