"""Cron lines: five fields of numbers, names, ranges and steps. Used by `workspace`.

Only forms that every cron reads the same way. Dagster, which runs the schedule, accepts them and is not
imported here.
"""

from __future__ import annotations

import calendar
import re
from typing import Annotated

from pydantic import AfterValidator

from dagster_project.spec.base import found

NAMED = frozenset({"@hourly", "@daily", "@midnight", "@weekly", "@monthly"})
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
WEEKDAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, MONTHS),
    ("day of the week", 0, 7, WEEKDAYS),
)
"""Name, smallest and largest value, and words for values, in the order of the line."""
ITEM = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,2}))?", re.ASCII)
LEAP_YEAR = 2024


def cron_line(text: str) -> str:
    """Return the line if it is valid; else raise ValueError, naming the invalid field."""
    fields = text.split()
    if text.strip() in NAMED:
        return text
    if len(fields) != len(FIELDS):
        raise ValueError(f"expected a cron line of five fields, such as '15 2 * * *', found {found(text)}")
    for field, (name, least, most, words) in zip(fields, FIELDS, strict=True):
        if not all(_is_item(item, least, most, words) for item in field.lower().split(",")):
            raise ValueError(
                f"expected a {name} from {least} to {most} in the cron line, found {found(field)}"
            )
    day, month = fields[2:4]
    number = str(MONTHS.get(month.lower(), month))
    if day.isdigit() and number.isdigit() and int(day) > calendar.monthrange(LEAP_YEAR, int(number))[1]:
        raise ValueError(f"no month {month} has a day {day}; the cron line would never run")
    return text


def _is_item(item: str, least: int, most: int, words: dict[str, int]) -> bool:
    """Whether it is *, a value or a rising range, with or without a step."""
    match = ITEM.fullmatch(item)
    if match is None or not 1 <= int(match["step"] or 1) <= most:
        return False
    texts = [text for text in (match["first"], match["last"]) if text]
    values = [words[text] if text in words else int(text) if text.isdigit() else -1 for text in texts]
    return all(least <= value <= most for value in values) and values == sorted(values)


CronLine = Annotated[str, AfterValidator(cron_line)]
