"""Values that are of the right type and break what follows: refused where they stand, in words."""

from __future__ import annotations

import pytest

from dagster_project.spec.cron import cron_line
from tests.spec.conftest import SOURCE, Check

LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("since: 0001-01-01", "since: expected a day from 1900-01-01 to 2199-12-31, found 0001-01-01"),
        ("next_review: 9999-12-31", "next_review: expected a day from 1900-01-01 to 2199-12-31"),
        ("label_delay_days: 10000000", "label_delay_days: expected a number of at most 1000"),
        ("value: {per_accepted: 1e308}", "value.per_accepted: expected a number of at most 1e+15"),
        ("value: {per_accepted: 1, plan_per_month: -1e308}", "value.plan_per_month: expected a number of at least"),
    ],
)  # fmt: skip
def test_a_model_that_counts_beyond_calendar_and_numbers(problems: Check, key: str, expected: str) -> None:
    """Days and amounts that dates and sums cannot hold."""
    (found,) = problems({"data/catalog/a.yml": f"id: a\n{key}\n"})
    assert found.startswith(f"data/catalog/a.yml:2: {expected}")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("late_after_hours: 1e308", "late_after_hours: expected a number of at most 8760"),
        ("delimiter: é", "delimiter: expected one ASCII character"),
        ('delimiter: "\\""', "delimiter: expected one ASCII character"),
        ('delimiter: "\\n"', "delimiter: expected one ASCII character"),
        ("encoding: hex", "encoding: expected utf-8, windows-1252"),
        ("encoding: undefined", "encoding: expected utf-8, windows-1252"),
        ('encoding: "utf\\0"', "encoding: expected utf-8, windows-1252"),
        ("timezone: " + LONG, "timezone: 'xxx"),
    ],
)
def test_a_source_that_no_reader_could_follow(problems: Check, key: str, expected: str) -> None:
    """Encodings that are none of text, delimiters that CSV cannot have; a long value is not repeated whole."""
    (found,) = problems({"data/sources/s.yml": f"{SOURCE}{key}\n"})
    assert found.startswith(f"data/sources/s.yml:4: {expected}")
    assert len(found) < 300


@pytest.mark.parametrize("glob", [".", "/", "//", "./", "logs/\\0.csv", "logs/" + "é" * 140])
def test_a_glob_that_names_no_file_is_refused(problems: Check, glob: str) -> None:
    """The file system would refuse it in the middle of the night."""
    (found,) = problems({"data/sources/s.yml": SOURCE.replace("a.csv", f'"{glob}"')})
    assert found.startswith("data/sources/s.yml:2: files[0]: expected ")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "example.org", "https://", 'https://x/"><script>', "http://a b/", "http://x/\u202e"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["base_url", "repository_url"])
def test_an_address_is_one_of_the_web(problems: Check, key: str, address: str) -> None:
    """It becomes a link of every page."""
    (found,) = problems({"data/workspace.yml": f"name: X\n{key}: '{address}'\n"})
    assert found.startswith(f"data/workspace.yml:2: {key}: expected an address such as https://")


def test_usual_addresses_are_fine(problems: Check) -> None:
    """Ports, paths, percent signs; nothing is nowhere."""
    for address in ("", "http://localhost:8000", "https://h.example/a/b%20c/blob/main/?x=1#y"):
        assert problems({"data/workspace.yml": f"name: X\nbase_url: '{address}'\n"}) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "five fields"),
        ("", "five fields"),
        ("15 2 * * * *", "five fields"),
        ("60 2 * * *", "minute from 0 to 59"),
        ("15 24 * * *", "hour from 0 to 23"),
        ("0 4-2 * * *", "hour from 0 to 23"),
        ("0 2 0 * *", "day of the month from 1 to 31"),
        ("0 2 * mai *", "month from 1 to 12"),
        ("0 2 * * 8", "day of the week from 0 to 7"),
        ("*/0 * * * *", "minute from 0 to 59"),
        ("0,, * * * *", "minute from 0 to 59"),
        ("0 0 31 2 *", "never run"),
        ("0 0 30 Feb *", "never run"),
        ("٣ 2 * * *", "minute from 0 to 59"),
    ],
)
def test_a_cron_line_that_is_none_says_where(problems: Check, line: str, said: str) -> None:
    """The field, and what it may hold."""
    (found,) = problems({"data/workspace.yml": f"name: X\nschedule: '{line}'\n"})
    assert found.startswith("data/workspace.yml:2: schedule: ")
    assert said in found


@pytest.mark.parametrize(
    "line",
    ["15 2 * * *", "  0 2 * * 1-5 ", "*/15 * * * *", "0 2,14 1-31/2 JAN,feb Mon-Fri", "0 0 29 2 7", "@daily"],
)
def test_a_cron_line_is_taken_by_dagster_too(line: str) -> None:
    """What is let through here never fails there."""
    import dagster as dg

    @dg.op
    def nothing() -> None:
        """A step for a job to have."""

    @dg.job
    def job() -> None:
        nothing()

    schedule = dg.ScheduleDefinition(
        name="s", job=job, cron_schedule=cron_line(line), execution_timezone="UTC"
    )
    assert schedule.cron_schedule == line
