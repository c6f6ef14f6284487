"""The base of every input model, and the types of its fields. Used by all modules of `spec`.

A plain scalar of a file reaches a model as text (see `yamlfile`), so a version `1.10` stays `1.10`; the type
of the field decides what becomes a number, a day or a boolean.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dagster_project.core.naming import OUTPUT

KeyPath = tuple[str | int, ...]
"""Keys and positions that lead from the top of a file to one value: ('models', 2, 'id')."""
Finding = tuple[KeyPath, str]
"""A place, relative to the validated mapping, and what is wrong there."""

REFUSED = "refused"
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""A day outside these is a typing error, and counting from it would leave the calendar."""
ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]+")


def refuse(*findings: Finding) -> PydanticCustomError:
    """Return an error for a validator to raise; each finding below its mapping becomes one Problem."""
    text = "; ".join(message for _, message in findings)
    return PydanticCustomError(REFUSED, "{text}", {"text": text, "findings": findings})


def parse_day(value: object) -> object:
    """Return text as a day; refuse all but YYYY-MM-DD (pydantic alone would read 0 as 1 January 1970)."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if not (isinstance(value, str) and ISO_DAY.fullmatch(value.strip())):
        raise refuse(((), f"expected a day such as 2026-01-31, found {found(value)}"))
    try:
        day = dt.date.fromisoformat(value.strip())
    except ValueError as error:
        raise refuse(((), f"{value} is not a day of the calendar")) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise refuse(((), f"expected a day from {FIRST_DAY} to {LAST_DAY}, found {value}"))
    return day


@cache
def _zones() -> frozenset[str]:
    """The names of all time zones; finding them reads whole folders."""
    return frozenset(available_timezones())


def _known_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError(
            f"{found(value)} is not an IANA time zone; for example Europe/Berlin or America/New_York"
        )
    return value


def _known_currency(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValueError(
            f"expected an ISO 4217 code of three capital letters, such as EUR, found {found(value)}"
        )
    return value


def _web_address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        raise ValueError(f"expected an address such as https://models.example.org/, found {found(value)}")
    return value


def found(value: object) -> str:
    """Describe a value of a file, for the end of a message."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return repr(value)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ', did you mean ...?' if one of the known words is close, whatever its case, else ''."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    close = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f", did you mean {by_lower[close[0]]!r}?" if close else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return a message for an unknown word, with the word probably meant or else all that are known."""
    names = list(known)
    hint = did_you_mean(word, names)
    return f"unknown {what}{hint}" if hint else f"unknown {what}; expected one of {', '.join(names)}"


def _not_an_output(name: str) -> str:
    if name.startswith(OUTPUT):
        raise ValueError(
            f"a feature's name cannot begin with {OUTPUT!r}: that is how answers and labels are named"
        )
    return name


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
FeatureName = Annotated[str, AfterValidator(_not_an_output)]
Day = Annotated[dt.date, BeforeValidator(parse_day)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Currency = Annotated[str, AfterValidator(_known_currency)]
Address = Annotated[str, StringConstraints(max_length=300), AfterValidator(_web_address)]
"""An address on the web, or '' for none."""


class Input(BaseModel):
    """A mapping in a user's file."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: object) -> object:
        """Treat a key without a value as not given: people comment out what was below it."""
        if not isinstance(data, dict):
            return data
        known = known_keys(cls)
        return {key: value for key, value in data.items() if value is not None or key not in known}


def known_keys(model: type[BaseModel]) -> list[str]:
    """Return the keys that a mapping of this model may have, as written in files and in the model's order."""
    return [field.alias or name for name, field in model.model_fields.items()]
