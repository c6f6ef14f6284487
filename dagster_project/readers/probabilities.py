"""The probabilities that a multiclass model gave to its classes, one column of the file each. Used by `requests`.

In: raw rows and the `scores` of their source. Out: the likeliest class, the probability of the class that
each row names, and all probabilities in the form that the lake stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.readers.columns import Flaw, number_column
from dagster_project.spec.source import Column

if TYPE_CHECKING:
    import polars as pl

BEYOND = "is not a probability from 0 to 1; if it is in percent, set unit: percent"
ROUNDING = 1e-6
"""How far beyond 0 and 1 a probability may lie, because values computed in 32 bits do."""


@dataclass(frozen=True, slots=True)
class Probabilities:
    """The probabilities of one batch, row by row."""

    likeliest: pl.Series
    """The class with the highest probability, among equals the first in the source's order; NULL if none is
    given."""
    given: Mapping[str, pl.Series]
    """class -> Float64 from 0 to 1; NULL where none is given."""
    flaws: list[Flaw]

    def of(self, answered: pl.Series) -> pl.Series:
        """Return `score`, the probability of the class that each row names; NULL if there is none."""
        import polars as pl

        frame = pl.DataFrame({"answered": answered, **_numbered(self.given)})
        chosen = [pl.when(pl.col("answered") == name).then(f"p{at}") for at, name in enumerate(self.given)]
        return frame.select(pl.coalesce(chosen).alias("score"))["score"]

    def listed(self) -> pl.Series:
        """Return `scores`, records (class, p) of all classes; NULL if any probability is missing."""
        import polars as pl

        frame = pl.DataFrame(_numbered(self.given))
        records = [
            pl.struct(pl.lit(name).alias("class"), pl.col(f"p{at}").alias("p"))
            for at, name in enumerate(self.given)
        ]
        all_given = pl.all_horizontal(pl.all().is_not_null())
        return frame.select(pl.when(all_given).then(pl.concat_list(records)).alias("scores"))["scores"]


def no_scores(height: int) -> pl.Series:
    """Return `scores` of rows whose source maps none: NULL."""
    import polars as pl

    dtype = pl.List(pl.Struct({"class": pl.String, "p": pl.Float64}))
    return pl.Series("scores", [None], dtype=dtype).new_from_index(0, height)


def probability(column: pl.Series, complaint: str = BEYOND) -> tuple[pl.Series, Flaw]:
    """Return a column clipped to 0 to 1, and the flaw of values beyond."""
    import polars as pl

    beyond = ~column.is_between(-ROUNDING, 1 + ROUNDING).fill_null(value=True)
    return column.clip(0.0, 1.0), Flaw(column.name, complaint, beyond, column.cast(pl.String))


def probabilities(frame: pl.DataFrame, refs: Mapping[str, Column]) -> Probabilities:
    """Read the column of every class; values that are not numbers from 0 to 1 are flaws."""
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
    """The columns under names that cannot collide with those of classes."""
    return {f"p{at}": series for at, series in enumerate(given.values())}
