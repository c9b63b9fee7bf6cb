"""Where somebody lives, by the form: streets with a number, flats, towns with their code.

Written as in English, German, French, Spanish and Italian. In small letters only the plainest
words for a street count, and no small word stands before them: `2 hours down the road` is none.
Some words are names of people as well: `Park` and `Hill` are a street where no day comes before.
Texts are in one spelling: no letter has marks.
"""

import re
from collections.abc import Iterator

from domain.language import is_small_word
from domain.personal import Span

_KIND = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square"
    r"|Sq|Terrace|Highway|Hwy|Close|Crescent|Cres|Parkway|Pkwy|Row|Mews|Grove|Gardens?|Gdns|Walk"
    r"|Rise|Vale|Circle|Cir|Trail|Loop|Alley|Quay|Wharf|Heights|Turnpike|Expressway|Esplanade"
    r"|Promenade|Path|Bend|Ridge|Broadway|(?P<person>Hill|Park|Green))"
)
_KIND_BEHIND = (
    r"(?:stra\u00dfe|strasse|str\.|weg|platz|allee|gasse|damm|ufer|chaussee|steig|stieg|graben"
    r"|promenade|brucke|twiete|pfad|zeile|bogen|kamp|hain)"
)
_KIND_ALONE = (
    r"(?:Stra\u00dfe|Strasse|Str\.|Weg|Platz|Allee|Gasse|Damm|Ufer|Ring|Chaussee|Graben|Markt"
    r"|Promenade|Brucke)"
)
_BOX = (
    r"(?i:p\. ?o\. ?box|p\.?o\.? ?box|post(?: office)? ?box|postfach|postbus|apartado(?: postal)?"
    r"|casella postale|boite postale)(?i:[ :#.]{1,2}(?:no|nr)\.?)?"
    r"[ :#]{0,2}\d{1,7}(?: \d{2,4}){0,3}(?!\w)"
)
_OF = r"(?:(?:de|du|des|del|della|la|le|les|los|las|l') ?){0,2}"
_FLAT = r"(?i:apartment|apt\.?|flat|suite) (?:no\.? ?|#)?\d{1,4} ?[A-Za-z]?(?!\w)"
_STREET = re.compile(
    rf"(?:{_FLAT}, ?)?(?<!\w)\d{{1,5}}[A-Za-z]?\s(?:[A-Z][\w'.-]{{0,30}}\s){{1,4}}{_KIND}(?!\w)\.?"
    rf"|(?<!\w)\d{{1,5}} (?:Broadway|Esplanade)(?!\w)|(?<!\w){_BOX}"
    rf"|(?<!\w)[A-Z][\w-]{{0,40}}?(?:{_KIND_BEHIND}|-{_KIND_ALONE}|[a-z][b-df-hk-nst]ring)"
    r"\s\d{1,4}[a-z]?(?!\w)"
    rf"|(?<!\w)(?:[A-Z][\w.-]{{1,40}}er {_KIND_ALONE}|Unter den Linden)\s\d{{1,4}}[a-z]?(?!\w)"
    r"|(?<!\w)[A-Z][\w'.-]{1,30} (?:Street|Road|Lane|Avenue|Court|Place|Square|Terrace|Crescent"
    r"|Parkway|Mews|Gardens|Grove),? \d{1,4}[a-z]?(?![\w%:])"
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
    r"(?<!\w)\d{1,5}[a-z]?,? {1,3}(?P<name>[a-z][\w'.-]{1,30}(?: [a-z][\w'.-]{1,30})?)"
    r" {1,3}(?:street|avenue|road|lane|boulevard|terrace|crescent|parkway|mews|blvd|ave)(?!\w)",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"(?:(?:hour|minute|day|week|month|year|mile|block|house|car|truck|mete?r|foot|time|people"
    r"|other|different|whole|long|busy|wide)s?|feet|km|th|st|nd|rd|men|man)",
    re.IGNORECASE,
)


_TITLE = re.compile(r"\d+ (?:Mr|Mrs|Ms|Miss|Dr|Herr|Frau)(?!\w)")
_OF_A_MONTH = re.compile(
    r"(?<!\w)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? $", re.IGNORECASE
)


def streets(text: str) -> Iterator[Span]:
    """Streets with a number, flats, boxes of the post, and towns with their code."""
    after = 0
    named = (found for found in _STREET.finditer(text) if not _is_person(found, text))
    spans = sorted((*(found.span() for found in named), *_in_small(text)))
    for start, end in spans:
        if start >= after:
            yield start, end
            after = end


def _is_person(found: re.Match[str], text: str) -> bool:
    """Whether it is a day and somebody called so: `On May 4 Anna Park came`, `3 Mr Hill`."""
    if not found["person"]:
        return False
    before = text[max(0, found.start() - 12) : found.start()]
    return bool(_TITLE.match(found.group()) or _OF_A_MONTH.search(before))


def _in_small(text: str) -> Iterator[Span]:
    for found in _SMALL.finditer(text):
        names = found["name"].split()
        if not any(is_small_word(one) or _NO_NAME.fullmatch(one) for one in names):
            yield found.span()
