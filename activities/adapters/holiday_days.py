"""Public holidays, by country and part of it, from the `holidays` library."""

from collections.abc import Iterator
from datetime import date

from models.calendar import DayOff, HolidaysOf


class NoSuchPlace(Exception):
    """The library knows no holidays of it."""


def holidays_of(place: HolidaysOf, known_from: date, known_until: date) -> Iterator[DayOff]:
    """Every public holiday of a place from a day to before another. Raises NoSuchPlace."""
    import holidays  # it is big, and needed only where a calendar names a country

    years = range(known_from.year, known_until.year + 1)
    try:
        found = holidays.country_holidays(place.country, subdiv=place.subdivision, years=years)
    except (NotImplementedError, KeyError) as error:
        raise NoSuchPlace(str(error)) from error
    for on, name in sorted(found.items()):
        if known_from <= on < known_until:
            yield DayOff(on=on, name=" ".join(str(name).split())[:80])
