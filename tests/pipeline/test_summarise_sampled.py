"""Which values of its first days a feature's grid is taken from."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dagster_project.pipeline.summarise_sampled import of_first_days

FIRST = dt.date(2025, 1, 1)


def drawn(model_id: str, counts: list[int]) -> pl.DataFrame:
    """The given number of values of a model on each of some days; x encodes day and place."""
    rows = [
        (model_id, FIRST + dt.timedelta(days=number), place, float(number * 10_000 + place))
        for number, n in enumerate(counts)
        for place in range(1, n + 1)
    ]
    return pl.DataFrame(rows, schema=["model_id", "day", "place", "x"], orient="row")


def test_one_long_day_counts_for_few_values() -> None:
    """Of one day at most 64 values count, but as many as are there make the grid."""
    n, x = of_first_days(drawn("m", [3000]))["m"]
    assert n == 64
    assert x.to_list() == [float(place) for place in range(1, 1001)]


def test_days_after_those_that_are_enough_are_left_out() -> None:
    """Of 20 days of 100 values the first 16 give 64 each."""
    n, x = of_first_days(drawn("m", [100] * 20))["m"]
    assert n == 1000
    assert sorted(x.to_list()) == [float(d * 10_000 + p) for d in range(16) for p in range(1, 65)]


def test_each_model_is_looked_at_by_itself() -> None:
    """What a model's grid is taken from does not depend on other models; a model without values is left out."""
    own = {name: drawn(name, counts) for name, counts in {"a": [1, 3, 30], "b": [64] * 17, "c": [5]}.items()}
    together = of_first_days(pl.concat([own["b"], own["a"], own["c"]]))
    assert sorted(together) == ["a", "b", "c"]
    for name, rows in own.items():
        n, x = of_first_days(rows)[name]
        assert (together[name][0], sorted(together[name][1])) == (n, sorted(x))
    assert of_first_days(own["a"].clear()) == {}
