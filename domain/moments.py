"""Days and times in a text, so that two texts can be compared: `May 5`, `5/5/2026`, `9:30 am`.

A day is a month and a day of it; one that can be read two ways is both. `tomorrow`, `tonight` and
the days of the week stand for themselves. Hours and days may be in words: `at three`, `half past
nine`, `on the first`, `within the hour`.
"""

import re
from collections.abc import Iterator

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH_OF = {name: number for number, name in enumerate(_MONTHS, start=1)}
_MONTH_OF |= {name[:3]: number for name, number in _MONTH_OF.items()} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTH_OF, key=len, reverse=True))

_ISO = re.compile(r"(?<!\d)\d{4}-(\d{2})-(\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<![\d/.])(\d{1,2})[/.](\d{1,2})[/.](?:\d{4}|\d{2})(?!\d)")
_MONTH_DAY = re.compile(rf"(?<![a-z])({_MONTH})\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])")
_DAY_MONTH = re.compile(rf"(?<![\d.:])(\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of )?({_MONTH})(?![a-z])")
_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\.?(?![a-z])")
_CLOCK_24 = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?! ?[ap]\.?m)")
_OCLOCK = re.compile(r"(?<!\d)(\d{1,2}) ?o'?clock")
_BARE_HOUR = re.compile(
    r"(?<![a-z])(?:at|by|before|until|till|around|from) (\d{1,2})(?![\d:.,/%-]*\d|:| ?[a-z$%])"
)
_BARE_DAY = re.compile(r"(?<![a-z])the (\d{1,2})(?:st|nd|rd|th)(?![a-z])")
_HOURS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
_HOUR_OF = {name: number for number, name in enumerate(_HOURS, start=1)}
_HOUR = "|".join(_HOURS)
_WORD_HOUR = re.compile(
    rf"(?<![a-z])(?:at|by|before|until|till|around|about|from|after) ({_HOUR})"
    r"(?= ?(?:$|[.,;:!?)\n]|(?:sharp|or|to|and|today|tomorrow|tonight|in the|on)(?![a-z])))"
)
_WORD_OCLOCK = re.compile(rf"(?<![a-z])({_HOUR}) ?o'?clock")
_PAST = re.compile(rf"(?<![a-z])(half past|quarter past|quarter to) ({_HOUR}|\d{{1,2}})(?![a-z\d])")
_PARTS = {"00": "at", "30": "half past", "15": "quarter past", "45": "quarter to"}
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_DAY_OF = {name: number for number, name in enumerate(_ORDINALS, start=1)}
_WORD_DAY = re.compile(
    rf"(?<![a-z])(?:on|by|until|till|before|after|from) the ({'|'.join(_ORDINALS)})"
    rf"(?= ?(?:$|[.,;:!?)\n]|(?:of|or|and|at)(?![a-z])))"
)
_SPAN = re.compile(
    r"(?<![a-z])(?:in|within|inside|under|less than) (?:an?|one|1|half an?|(?:the )?next|a few|some"
    r"|a couple of|the(?= hour)|the(?= day))"
    r" (hour|day|week|fortnight|month|year|minutes|seconds)s?(?![a-z])"
)
_ITSELF = re.compile(
    r"(?<![a-z])(?:today|tomorrow|yesterday|tonight|midnight|noon|overnight"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|(?:this|next|last) (?:morning|afternoon|evening|night|week|weekend|month|year)"
    r"|end of (?:the )?(?:day|week|month|year)|(?:day|week|month|year) is out|weekends?|fortnight"
    r"|(?:in the|by) (?:morning|afternoon|evening)|first thing|the day after|lunch(?:time)?"
    r"|by (?:dinner|breakfast|christmas|easter|thanksgiving|new year))(?![a-z])"
)


def moments(text: str) -> Iterator[str]:
    """Every day and time in a text that `plain` has read, in one way of writing."""
    read = text.casefold()
    for found in _ISO.finditer(read):
        yield f"{int(found[1])}/{int(found[2])}"
    for found in _SLASHED.finditer(read):
        first, second = int(found[1]), int(found[2])
        yield f"{min(first, second)}/{max(first, second)}?"
    for found in _MONTH_DAY.finditer(read):
        yield f"{_MONTH_OF[found[1]]}/{int(found[2])}"
    for found in _DAY_MONTH.finditer(read):
        yield f"{_MONTH_OF[found[2]]}/{int(found[1])}"
    yield from _clocks(read)
    for found in _ITSELF.finditer(read):
        yield _one(found.group())


def known_moments(text: str) -> frozenset[str]:
    """What a text of facts allows to be said: its moments, and each day in both ways."""
    found = set(moments(text))
    for one in list(found):
        month, slash, day = one.partition("/")
        hour = one.partition(":")
        if hour[1] and hour[0].isdecimal():
            found |= {f"at {int(hour[0])}", f"at {int(hour[0]) % 12 or 12}"}
            if part := _PARTS.get(hour[2]):
                past = int(hour[0]) + (part == "quarter to")
                found.add(f"{part} {past % 12 or 12}")
        if slash and not day.endswith("?"):
            found.add(f"the {int(day)}.")
            low, high = sorted((int(month), int(day)))
            found.add(f"{low}/{high}?")
    return frozenset(found)


def without_moments(text: str) -> str:
    """The text without days and times, so that their numbers are not taken for amounts."""
    for pattern in (_ISO, _SLASHED, _CLOCK, _CLOCK_24, _OCLOCK):
        text = pattern.sub(" ", text)
    for pattern in (_MONTH_DAY, _DAY_MONTH, _PAST, _WORD_OCLOCK, _WORD_HOUR):
        text = re.sub(pattern.pattern, " ", text, flags=re.IGNORECASE)
    return text


def _clocks(read: str) -> Iterator[str]:
    for found in _CLOCK.finditer(read):
        hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0)
        yield f"{hour}:{found[2] or '00'}"
    for found in _CLOCK_24.finditer(read):
        yield f"{int(found[1])}:{found[2]}"
    for found in _OCLOCK.finditer(read):
        yield f"at {int(found[1])}"
    for pattern in (_WORD_HOUR, _WORD_OCLOCK):
        for found in pattern.finditer(read):
            yield f"at {_HOUR_OF[found[1]]}"
    for found in _PAST.finditer(read):
        yield f"{found[1]} {_HOUR_OF.get(found[2]) or int(found[2])}"
    for found in _WORD_DAY.finditer(read):
        yield f"the {_DAY_OF[found[1]]}."
    for found in _SPAN.finditer(read):
        yield f"in a {found[1]}"
    for found in _BARE_HOUR.finditer(read):
        yield f"at {int(found[1])}"
    for found in _BARE_DAY.finditer(_DAY_MONTH.sub(" ", _MONTH_DAY.sub(" ", read))):
        yield f"the {int(found[1])}."


def _one(word: str) -> str:
    word = word.replace("the ", "")
    return word[:-1] if word.endswith("days") else word
