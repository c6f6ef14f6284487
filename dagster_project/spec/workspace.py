"""`data/workspace.yml`: who the organization is and how it counts days and money."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator

from dagster_project.spec.base import (
    ISO_DAY,
    Address,
    Currency,
    Day,
    Input,
    Name,
    Text,
    Zone,
    found,
    parse_day,
    refuse,
)
from dagster_project.spec.cron import CronLine

MAIN_WINDOW = 28
"""Days."""


def _parse_as_of(value: object) -> object:
    """Accept 'today', 'newest' or a day."""
    if isinstance(value, str) and value.strip() in ("today", "newest"):
        return value.strip()
    if isinstance(value, dt.date) or (isinstance(value, str) and ISO_DAY.fullmatch(value.strip())):
        return parse_day(value)
    raise refuse(((), f"expected today, newest or a day such as 2026-01-31, found {found(value)}"))


class Deadlines(Input):
    """Days from an alert's opening by which its owner must have answered, by severity."""

    high: int = Field(default=1, ge=0, le=365)
    medium: int = Field(default=3, ge=0, le=365)
    low: int = Field(default=10, ge=0, le=365)


class AlertSettings(Input):
    """How many false alarms are acceptable, how fast people must answer, and which days are like no other."""

    budget: float = Field(default=0.1, gt=0, le=52)
    """How many false alarms a year one model's monitors may raise together."""
    deadline_days: Deadlines = Deadlines()
    holidays: tuple[Day, ...] = ()
    """Days like no other: none is compared with them, and rules that skip holidays do not judge them."""


class Settings(Input):
    """The organization's settings; every key but `name` has a default."""

    name: Name
    """The organization, as the site's title shows it."""
    about: Text | None = None
    """One or two sentences shown under the title, for example that the organization is fictional."""
    timezone: Zone = "UTC"
    """IANA name of the time zone whose days are the report's days."""
    currency: Currency = "USD"
    """ISO 4217 code of every money figure that names no other."""
    salt: Name = "modelboard"
    """Mixed into user ids before they are hashed; set your own, users cannot be linked across salts."""
    base_url: Address = ""
    """Where the site will be served, if anywhere: enables sitemap and canonical links."""
    repository_url: Address = ""
    """Prefix of links to files of the workspace, for example https://host/org/repo/blob/main/."""
    schedule: CronLine = "15 2 * * *"
    """Cron line of the nightly schedule, in the workspace's time zone."""
    as_of: Annotated[dt.date | Literal["today", "newest"], BeforeValidator(_parse_as_of)] = "today"
    """The day to report: yesterday and the running day (`today`), the newest day of any request log
    (`newest`, for logs of the past: of logs that end on different days, one that ends earlier counts as stopped),
    or a fixed day."""
    label_wait_days: int = Field(default=120, ge=1, le=1000)
    """After so many days, a label that has not arrived is no longer expected."""
    first_day: Day = dt.date(2010, 1, 1)
    """First day that Dagster offers as a partition; no figure depends on it."""
    alerts: AlertSettings = AlertSettings()
    """Budget of false alarms, deadlines, holidays."""
    windows: tuple[int, ...] = (1, 7, 28, 90)
    """Lengths in days of the windows shown beside single days."""

    @field_validator("windows")
    @classmethod
    def _windows_include_one(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if 1 not in value or any(w < 1 or w > 366 for w in value) or len(set(value)) != len(value):
            raise ValueError("expected distinct whole numbers from 1 to 366, including 1")
        return tuple(sorted(value))

    @property
    def main_window(self) -> int:
        """The window, in days, whose figures come first on pages: 28 if configured, else the longest."""
        return MAIN_WINDOW if MAIN_WINDOW in self.windows else max(self.windows)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)
