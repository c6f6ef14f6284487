from __future__ import annotations

import datetime as dt

from dagster_project.pipeline.catalog_history import CurrentValue, History, Interval, extended_history

KEY = ("m", "", "owner")


def day(n: int) -> dt.date:
    return dt.date(2025, 1, 1) + dt.timedelta(days=n)


def after(history: History, value: str | None, as_of: int, since: int | None = None) -> History:
    found = (
        {} if value is None else {KEY: CurrentValue(value, "declared", None if since is None else day(since))}
    )
    return extended_history(history, found, day(as_of))


def spans(history: History) -> list[tuple[str, int, int | None]]:
    return [
        (i.value, (i.valid_from - day(0)).days, None if i.valid_to is None else (i.valid_to - day(0)).days)
        for i in history.get(KEY, ())
    ]


def test_begins_on_the_stated_day_or_the_first_night_that_saw_it() -> None:
    assert spans(after({}, "Ann", 10, since=3)) == [("Ann", 3, None)]
    assert spans(after({}, "Ann", 10)) == [("Ann", 10, None)]


def test_a_change_ends_the_old_value_on_the_night_that_saw_it() -> None:
    first = after({}, "Ann", 10, since=3)
    assert spans(after(first, "Bob", 20, since=3)) == [("Ann", 3, 20), ("Bob", 20, None)]


def test_a_change_with_a_newer_stated_day_happened_on_that_day() -> None:
    first = after({}, "Ann", 10, since=3)
    assert spans(after(first, "Bob", 20, since=15)) == [("Ann", 3, 15), ("Bob", 15, None)]


def test_a_removal_ends_the_interval_and_a_later_return_leaves_the_gap() -> None:
    removed = after(after({}, "Ann", 1), None, 20)
    assert spans(removed) == [("Ann", 1, 20)]
    assert spans(after(removed, None, 21)) == [("Ann", 1, 20)]
    assert spans(after(removed, "Ann", 25)) == [("Ann", 1, 20), ("Ann", 25, None)]


def test_what_is_put_back_the_same_night_never_went() -> None:
    removed = after(after({}, "Ann", 1), None, 20)
    assert spans(after(removed, "Ann", 20)) == [("Ann", 1, None)]


def test_what_came_and_went_the_same_night_never_was() -> None:
    assert after(after({}, "Ann", 20), None, 20) == {}


def test_the_same_night_twice_changes_nothing() -> None:
    changed = after(after({}, "Ann", 10), "Bob", 20)
    assert after(changed, "Bob", 20) == changed


def test_an_earlier_night_moves_an_unstated_beginning_back() -> None:
    assert spans(after(after({}, "Ann", 20), "Ann", 5)) == [("Ann", 5, None)]


def test_an_earlier_stated_day_moves_the_beginning_back_and_a_later_one_moves_nothing() -> None:
    first = after({}, "Ann", 20, since=8)
    assert spans(after(first, "Ann", 21, since=2)) == [("Ann", 2, None)]
    assert spans(after(first, "Ann", 21, since=15)) == [("Ann", 8, None)]


def test_a_new_method_is_a_change_although_the_value_stays() -> None:
    first = extended_history({}, {KEY: CurrentValue("s3://1", "declared")}, day(1))
    then = extended_history(first, {KEY: CurrentValue("s3://1", "auto")}, day(9))
    assert then[KEY] == (
        Interval("s3://1", "declared", day(1), day(9)),
        Interval("s3://1", "auto", day(9), None),
    )
