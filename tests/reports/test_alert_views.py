"""What pages say of an alert that is open: whether it goes on, or the model has stopped."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dagster_project.core.formatting import format_day
from dagster_project.pipeline.render import prepare
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import declared, write_workspace
from tests.pipeline.watching import DAYS, LAST, REFERENCE, a_night, judge, lay, series

STOPPED = 140
"""The number of the last day with requests, where a model stops."""
MODELS = {
    "slow": (130, False, f"; still so on {format_day(LAST)}"),
    "stopped": (130, True, f"; still so on {format_day(DAYS[STOPPED])}, the last day that could be judged"),
    "gone": (STOPPED - 1, True, "; no day since could be judged"),
}
"""By model: the day from which it is slow, whether it stops, and what is said of its alert."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """By model: what the pages say of the alert about its answers, after one night of all models."""
    models = [declared(model, since=str(DAYS[0]), reference=REFERENCE) for model in MODELS]
    root = write_workspace(tmp_path_factory.mktemp("alerts"), models, {"data/targets.yml": "targets: []\n"})
    with Warehouse.open(None) as warehouse:
        for model, (slow_from, stops, _) in MODELS.items():
            values = series()
            values["latency_p95_ms"][slow_from:] *= 1.6
            if stops:
                values["requests"][STOPPED + 1 :] = np.nan
            warehouse.run("INSERT INTO catalog.model (model_id, slug) VALUES ($m, $m)", {"m": model})
            lay(warehouse, values, model=model, source=model)
        warehouse.append("ops.scored", pl.DataFrame({"day": DAYS, "digest": "as it is"}))
        judge(root, warehouse)
        rows = prepare(a_night(root, LAST), warehouse, "digest").rows("exceptions")
    slow = [row for row in rows if row["topic"] == "Answers became slow"]
    return {model: [str(row["reason"]) for row in slow if row["model"] == model] for model in MODELS}


@pytest.mark.parametrize("model", MODELS)
def test_an_alert_of_a_model_that_stopped_is_not_told_as_known_today(
    told: dict[str, list[str]], model: str
) -> None:
    """Its figures ended; that they were bad on their last day says nothing of the days since."""
    (reason,) = told[model]
    assert reason.endswith(MODELS[model][2])
