"""NannyML with its defaults (Jensen-Shannon, a chunk a day): prints the columns that alert on the current day.

`once REFERENCE CURRENT COLUMNS`; with the reference kept `keep REFERENCE STATE COLUMNS`, then
`kept STATE CURRENT COLUMNS`.
Runs in an environment of its own, so it imports nothing of this repository.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml as nml  # noqa: E402
import pandas as pd  # noqa: E402


def fitted(reference: str, names: list[str]) -> Any:
    """A calculator that has seen the reference."""
    categories = [name for name in names if name.startswith("c")]
    calculator = nml.UnivariateDriftCalculator(
        column_names=names, treat_as_categorical=categories, timestamp_column_name="ts", chunk_period="D"
    )
    return calculator.fit(pd.read_parquet(reference, columns=["ts", *names]))


def alerts(calculator: Any, current: str, names: list[str]) -> list[str]:
    """Names of columns with an alert on the last day."""
    result = calculator.calculate(pd.read_parquet(current, columns=["ts", *names]))
    last = result.filter(period="analysis").to_df(multilevel=False).iloc[-1]
    return [name for name in names if bool(last[f"{name}_jensen_shannon_alert"])]


def main(mode: str, first: str, second: str, columns: str) -> None:
    """Run what is asked for."""
    names = columns.split(",")
    if mode == "keep":
        Path(second).write_bytes(pickle.dumps(fitted(first, names)))
        return
    calculator = pickle.loads(Path(first).read_bytes()) if mode == "kept" else fitted(first, names)
    print(json.dumps(alerts(calculator, second, names)))


if __name__ == "__main__":
    main(*sys.argv[1:5])
