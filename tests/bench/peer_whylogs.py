"""whylogs: both sides profiled, then its drift scores: prints the columns that it calls DRIFT.

`once REFERENCE CURRENT COLUMNS`; with the reference kept `keep REFERENCE STATE COLUMNS`, then
`kept STATE CURRENT COLUMNS`.
Runs in an environment of its own, so it imports nothing of this repository.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from typing import Any

warnings.filterwarnings("ignore")
os.environ["WHYLOGS_NO_ANALYTICS"] = "True"

import pandas as pd  # noqa: E402
import whylogs as why  # noqa: E402
from whylogs.core import DatasetProfileView  # noqa: E402
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores  # noqa: E402


def profile(path: str, names: list[str]) -> Any:
    """The profile of a file."""
    return why.log(pd.read_parquet(path, columns=names)).view()


def main(mode: str, first: str, second: str, columns: str) -> None:
    """Run what is asked for."""
    names = columns.split(",")
    if mode == "keep":
        profile(first, names).write(second)
        return
    before = DatasetProfileView.read(first) if mode == "kept" else profile(first, names)
    scores = calculate_drift_scores(
        target_view=profile(second, names), reference_view=before, with_thresholds=True
    )
    print(json.dumps([name for name in names if (scores.get(name) or {}).get("drift_category") == "DRIFT"]))


if __name__ == "__main__":
    main(*sys.argv[1:5])
