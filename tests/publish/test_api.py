"""The static API's bytes: null instead of NaN, sorted keys, tables that do not depend on how rows were cut."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from dagster_project.publish import api


def test_what_is_not_known_is_null() -> None:
    """NaN and infinities are not valid JSON."""
    text = api.to_json({"b": float("nan"), "a": [float("inf"), 0.1, None, Decimal(12)]})
    assert json.loads(text) == {"a": [None, 0.1, None, 12], "b": None}
    assert text.index('"a"') < text.index('"b"')


def test_days_and_instants_are_iso_8601() -> None:
    """Instants in UTC."""
    instant = dt.datetime(2013, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
    text = api.to_json({"day": dt.date(2013, 1, 1), "at": instant})
    assert json.loads(text) == {"day": "2013-01-01", "at": "2013-01-01T17:00:00+00:00"}


@pytest.mark.parametrize("items", [[], [{"id": "a"}], [{"id": "a"}, {"tags": ["–"], "id": "b"}]])
def test_a_list_written_item_by_item_is_the_document_as_a_whole(tmp_path: Path, items: list[object]) -> None:
    """Byte by byte, also without items."""
    api.write_list(tmp_path / "models.json", "models", iter(items))
    assert (tmp_path / "models.json").read_text(encoding="utf-8") == api.to_json({"models": items})


DAY = dt.date(2013, 1, 1)


def readings(n: int) -> pl.DataFrame:
    """n readings with every column."""
    kinds = {"day": DAY, "window_days": 1, "n": 5, "value": 0.25}
    numbers = {"numerator", "denominator", "low", "high"}
    return pl.DataFrame({
        c: [1.5 if c in numbers else kinds.get(c, f"{c}-{i}") for i in range(n)] for c in api.READING_COLUMNS
    })  # fmt: skip


def batches(frame: pl.DataFrame, size: int) -> pa.RecordBatchReader:
    """The frame's rows, the given number at a time."""
    table = frame.to_arrow()
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=size))


def test_parquet_bytes_do_not_depend_on_the_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows in batches of 3 or of 50 make the same file, in groups of a fixed size."""
    monkeypatch.setattr(api, "ROWS_A_GROUP", 40)
    frame = readings(101)
    for size in (3, 50):
        api.write_readings(tmp_path / str(size), batches(frame, size), DAY)
    small, large = ((tmp_path / s / "readings.parquet").read_bytes() for s in ("3", "50"))
    assert small == large
    assert pl.read_parquet(tmp_path / "3" / "readings.parquet").equals(frame)


def test_csv_has_the_columns_in_their_order(tmp_path: Path) -> None:
    """The header is part of the interface."""
    frame = readings(2)
    api.write_readings(tmp_path, batches(frame.select(reversed(frame.columns)), 9), DAY)
    header = (tmp_path / "readings.csv").read_text().splitlines()[0]
    assert header == ",".join(api.READING_COLUMNS)
    assert header.startswith("model_id,version,metric,segment,feature,day,window_days,value,unit,numerator,")


def test_csv_is_of_the_newest_day_alone(tmp_path: Path) -> None:
    """Rows of other days are only in the Parquet file, even if a batch has none of the newest day."""
    earlier = readings(7).with_columns(day=pl.lit(DAY - dt.timedelta(days=1)))
    api.write_readings(tmp_path, batches(pl.concat([earlier, readings(2), earlier]), 3), DAY)
    assert pl.read_csv(tmp_path / "readings.csv")["version"].to_list() == ["version-0", "version-1"]
    assert pl.read_parquet(tmp_path / "readings.parquet").height == 16


WRITE = """\
import datetime as dt, sys
from pathlib import Path
import polars as pl, pyarrow as pa
from dagster_project.publish.api import READING_COLUMNS, write_readings
day = dt.date(2025, 1, 2)
rows = pl.DataFrame({name: [day if name == "day" else 1] for name in READING_COLUMNS}).to_arrow()
write_readings(Path(sys.argv[1]), pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches()), day)
print("pandas" in sys.modules)
"""


def test_writing_readings_does_not_load_pandas(tmp_path: Path) -> None:
    """Where it happens to be installed, loading it would take a second and 60 MB."""
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path)],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
    assert len((tmp_path / "readings.csv").read_text(encoding="utf-8").splitlines()) == 2
