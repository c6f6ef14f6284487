"""Intervals of areas under curves account for what the requests of a day have in common."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score_apply import APPLY
from dagster_project.pipeline.score_rows import Rows, read_rows
from dagster_project.spec.builtin import builtin_root
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse
from tests.core.ranked import World, drawn, truth
from tests.pipeline.lakes import day

SAMPLES, ROWS = 150, 400
STORMY = World(level=0.7, order=0.3)
METRICS = ("roc_auc", "average_precision")


def figures_of(world: World, days: int) -> list[pl.DataFrame]:
    """Both areas of models that differ only by chance, each with labelled scores of this many days."""
    sides = drawn(np.random.default_rng(3), world, SAMPLES, days, ROWS)
    with Warehouse.open(None) as warehouse:
        for label, name in ((1, "pos"), (0, "neg")):
            model, back, bin_ = np.nonzero(sides[name])
            at = model, back, bin_
            rows = pl.DataFrame({
                "source": "log", "model_id": pl.Series(model).cast(pl.String), "version": "",
                "day": [day(int(n)) for n in back], "segment": "", "label_day": [day(int(n)) for n in back],
                "label": label, "bin": bin_ - 127, "n": sides[name][at],
                "s1": np.round(sides[f"{name}_s1"][at]),
            })  # fmt: skip
            warehouse.append("daily.label_score_hist", rows)
        models = [str(n) for n in range(SAMPLES)]
        versions = pl.DataFrame({"model_id": models, "version": "", "shown": ""})
        set_spans(warehouse, [Span(day(days - 1), days)], versions, None, day(days - 1))
        return [APPLY[apply](rows_of(warehouse, metric), {}) for metric, apply in
                zip(METRICS, ("auc", "average_precision"), strict=True)]  # fmt: skip


def rows_of(warehouse: Warehouse, metric: str) -> Rows:
    text = (builtin_root() / "reports" / "metrics" / f"{metric}.sql").read_text(encoding="utf-8")
    return read_rows(warehouse, text.partition("---*/")[2])


@pytest.mark.parametrize("days", [7, 28])
@pytest.mark.parametrize("world", [World(), STORMY], ids=["days alike", "days differ"])
def test_nine_of_ten_intervals_of_areas_hold_the_true_one(world: World, days: int) -> None:
    """Whether or not days differ in how many are positive and how well scores rank them."""
    for figures, true in zip(figures_of(world, days), truth(world), strict=True):
        held = figures.select((pl.col("low") <= true) & (pl.col("high") >= true)).to_series()
        assert held.mean() == pytest.approx(0.93, abs=0.07)


def test_one_day_has_the_interval_of_its_rows() -> None:
    """With one day there is nothing to leave out: rows count as independent, even on an unusual day."""
    calm, stormy = (figures_of(world, 1)[0] for world in (World(), STORMY))
    widths = [(f["high"] - f["low"]).mean() for f in (calm, stormy)]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)
