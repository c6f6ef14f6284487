"""Evidently, as its documentation says to use it: `REFERENCE CURRENT OUT.html COLUMNS`; prints the drifted columns.

Runs in an environment of its own, so it imports nothing of this repository.
"""

from __future__ import annotations

import json
import re
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd  # noqa: E402
from evidently import DataDefinition, Dataset, Report  # noqa: E402
from evidently.presets import DataDriftPreset  # noqa: E402

CHANCE = {"p_value"}
"""Words of methods whose value is a probability: drift is below the threshold."""


def drifted(metrics: list[dict[str, object]]) -> list[str]:
    """Names of columns that the preset calls drifted."""
    found = []
    for metric in metrics:
        given = re.fullmatch(
            r"ValueDrift\(column=(.+?),method=(.+),threshold=(.+)\)", str(metric["metric_name"])
        )
        if given:
            value, limit = float(str(metric["value"])), float(given[3])
            below = any(word in given[2] for word in CHANCE)
            found += [given[1]] if (value < limit if below else value >= limit) else []
    return found


def main(reference: str, current: str, out: str, columns: str) -> None:
    """Run the preset, write its report."""
    names = columns.split(",")
    kinds = {kind: [n for n in names if n.startswith(kind)] for kind in "nc"}
    definition = DataDefinition(numerical_columns=kinds["n"], categorical_columns=kinds["c"])
    before, now = (
        Dataset.from_pandas(pd.read_parquet(path, columns=names), data_definition=definition)
        for path in (reference, current)
    )
    result = Report([DataDriftPreset()]).run(now, before)
    result.save_html(out)
    print(json.dumps(drifted(result.dict()["metrics"])))


if __name__ == "__main__":
    main(*sys.argv[1:5])
