"""The probabilities that a multiclass model gave to its classes, one column of the file each. Used by `requests`.

In: raw rows and the `scores` of their source. Out: the likeliest class, the probability of a class that is named row by
row, and all probabilities as the lake holds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.readers.columns import Flaw, number_column
from dagster_project.spec.source import Column

if TYPE_CHECKING:
    import polars as pl

BEYOND = "is not a probability from 0 to 1; where it is in percent, give unit: percent"
ROUNDING = 1e-6
"""So far beyond 0 and 1 a probability may lie: what was computed in 32 bits does."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Of one batch, row by row."""

    likeliest: pl.Series
    """The class with the highest one, the first in the source's order among equals; NULL where none is given."""
    given: Mapping[str, pl.Series]
    """Class -> Float64 from 0 to 1; NULL where none is given."""
    flaws: list[Flaw]

    def of(self, answered: pl.Series) -> pl.Series:
        """`score`: the probability of the class that each row names; NULL where there is none."""
        import polars as pl

        frame = pl.DataFrame({"answered": answered, **_numbered(self.given)})
        chosen = [pl.when(pl.col("answered") == name).then(f"p{at}") for at, name in enumerate(self.given)]
        return frame.select(pl.coalesce(chosen).alias("score"))["score"]

    def listed(self) -> pl.Series:
        """`scores`: the classes with their probabilities as records (class, p); NULL where one of them is not given."""
        import polars as pl

        frame = pl.DataFrame(_numbered(self.given))
        records = [
            pl.struct(pl.lit(name).alias("class"), pl.col(f"p{at}").alias("p"))
            for at, name in enumerate(self.given)
        ]
        all_given = pl.all_horizontal(pl.all().is_not_null())
        return frame.select(pl.when(all_given).then(pl.concat_list(records)).alias("scores"))["scores"]


def no_scores(height: int) -> pl.Series:
    """`scores` of rows whose source maps none."""
    import polars as pl

    dtype = pl.List(pl.Struct({"class": pl.String, "p": pl.Float64}))
    return pl.Series("scores", [None], dtype=dtype).new_from_index(0, height)


def probability(column: pl.Series, complaint: str = BEYOND) -> tuple[pl.Series, Flaw]:
    """A column from 0 to 1; what lies beyond is a flaw."""
    import polars as pl

    beyond = ~column.is_between(-ROUNDING, 1 + ROUNDING).fill_null(value=True)
    return column.clip(0.0, 1.0), Flaw(column.name, complaint, beyond, column.cast(pl.String))


def probabilities(frame: pl.DataFrame, refs: Mapping[str, Column]) -> Probabilities:
    """Read the column of every class. What is no number from 0 to 1 is a flaw."""
    given, flaws = {}, list[Flaw]()
    for name, ref in refs.items():
        column, wrong = number_column(frame, ref, f"score of {name}")
        given[name], beyond = probability(column)
        flaws += [*wrong, beyond]
    return Probabilities(_likeliest(given), given, flaws)


def _likeliest(given: Mapping[str, pl.Series]) -> pl.Series:
    import polars as pl

    frame = pl.DataFrame(_numbered(given)).with_columns(most=pl.max_horizontal(pl.all()))
    named = [pl.when(pl.col(f"p{at}") == pl.col("most")).then(pl.lit(name)) for at, name in enumerate(given)]
    return frame.select(pl.coalesce(named).alias("likeliest"))["likeliest"]


def _numbered(given: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """The columns under names that no class can disturb."""
    return {f"p{at}": series for at, series in enumerate(given.values())}
