"""From two files to verdicts: planted changes, saved profiles, hostile profiles."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.core.column_profile import Column, Grid, Profile, Tally
from dagster_project.core.errors import SourceError
from dagster_project.core.verdicts import THRESHOLDS, Comparison
from dagster_project.pipeline import compare, compare_profile
from tests.bench.pair import PLANTED, STABLE, write


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the benchmark's two files, 60,000 rows each."""
    folder = tmp_path_factory.mktemp("pair")
    write(folder, 60_000)
    return folder


def compared(reference: Path, current: Path, *columns: str) -> Comparison:
    """The comparison of some or all columns by the usual thresholds."""
    return compare.compare(reference, current, columns, THRESHOLDS)


def test_planted_changes_are_found_and_nothing_else(pair: Path) -> None:
    """All but the shift of 0.02 sd, which 60,000 rows cannot tell from chance; times are shown, not judged."""
    found = compared(pair / "reference.parquet", pair / "current.parquet")
    levels = {v.name: v.level for v in found.verdicts}
    assert {name for name in PLANTED if levels[name] in ("changed", "strong")} == set(PLANTED) - {"n02"}
    assert {name for name in (*STABLE, "ts") if levels[name] != "none"} == set()
    assert found.verdicts[0].level != "none"


def test_a_kept_profile_stands_for_its_file(pair: Path, tmp_path: Path) -> None:
    """The same record, to the last digit; only the columns in the profile are compared."""
    fresh = compared(pair / "reference.parquet", pair / "current.parquet", "n*", "c1")
    kept = tmp_path / "r.profile.json"
    compare_profile.save(fresh.reference, kept)
    again = compared(kept, pair / "current.parquet")
    assert compare.record(again) == compare.record(fresh)
    assert {v.name for v in again.verdicts} == {"c1", *(f"n{i:02d}" for i in range(20))}
    before = kept.read_bytes()
    compare_profile.save(compare_profile.load(kept), kept)
    assert kept.read_bytes() == before


def test_text_and_parquet_give_the_same_verdicts(pair: Path, tmp_path: Path) -> None:
    """CSV of the same rows reads the same, but for rounding in the text."""
    for name in ("reference", "current"):
        pl.read_parquet(pair / f"{name}.parquet").head(5000).write_csv(tmp_path / f"{name}.csv")
        pl.read_parquet(pair / f"{name}.parquet").head(5000).write_parquet(tmp_path / f"{name}.parquet")
    text = compared(tmp_path / "reference.csv", tmp_path / "current.csv")
    binary = compared(tmp_path / "reference.parquet", tmp_path / "current.parquet")
    assert {v.name: v.words for v in text.verdicts} == {v.name: v.words for v in binary.verdicts}


def test_identifiers_are_said_and_not_judged(tmp_path: Path) -> None:
    """Later rows have later ids, which is not a change; the column is compared only if it is asked for by name."""
    files = tmp_path / "r.parquet", tmp_path / "c.parquet"
    for file, first in zip(files, (0, 500), strict=True):
        pl.DataFrame({"id": range(first, first + 500), "x": [i % 7 for i in range(500)]}).write_parquet(file)
    found = compare.compare(*files, [], THRESHOLDS)
    kept = tmp_path / "r.profile.json"
    compare_profile.save(found.reference, kept)
    for one in (found, compare.compare(kept, files[1], [], THRESHOLDS)):
        verdicts = {v.name: (v.level, v.words) for v in one.verdicts}
        assert verdicts["id"] == ("unknown", "not compared: an identifier, nearly every value is different")
        assert verdicts["x"][0] == "none"
    (side,) = [c["reference"] for c in compare.record(found)["columns"] if c["name"] == "id"]  # type: ignore[attr-defined]
    assert (side["missing"], side["infinite"], side["mean"]) == (None, None, None)
    (asked,) = compare.compare(*files, ["id"], THRESHOLDS).verdicts
    assert asked.level == "strong"


def test_files_without_a_common_column_are_said_to_have_none(tmp_path: Path) -> None:
    """They were probably not meant to be compared, so this is said before any count of changes."""
    for name in ("r", "c"):
        pl.DataFrame({name: range(99)}).write_csv(tmp_path / f"{name}.csv")
    found = compare.compare(tmp_path / "r.csv", tmp_path / "c.csv", [], THRESHOLDS)
    assert found.sentence == "The files have no column in common."


def test_columns_that_neither_file_has_are_named(pair: Path) -> None:
    """A misspelt name gives an error, not an empty report."""
    with pytest.raises(SourceError, match="no_such"):
        compared(pair / "reference.parquet", pair / "current.parquet", "n00", "no_such")


def test_a_changed_type_and_new_columns_are_compared_without_their_values(tmp_path: Path) -> None:
    """Numbers that became text, and nested columns, break nothing."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, 500)
    pl.DataFrame({"x": values, "gone": values, "list": [[1]] * 500}).write_parquet(tmp_path / "a.parquet")
    frame = pl.DataFrame({"x": values, "new": values, "list": [[1]] * 500})
    frame.with_columns(pl.col("x").cast(pl.String)).write_parquet(tmp_path / "b.parquet")
    levels = {v.name: v.level for v in compared(tmp_path / "a.parquet", tmp_path / "b.parquet").verdicts}
    assert levels == {"x": "strong", "gone": "strong", "new": "changed", "list": "unknown"}


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_a_column_without_a_value_is_missing_and_has_no_other_type(ending: str, tmp_path: Path) -> None:
    """Whatever type a file gives it, the only change is that values appeared or vanished."""
    days = pl.datetime_range(pl.datetime(2025, 1, 1), pl.datetime(2025, 1, 3), "1h", eager=True)[:40]
    full = pl.DataFrame({"x": np.arange(40) % 7 * 0.5, "t": days, "c": ["a", "b"] * 20})
    empty = pl.DataFrame(dict.fromkeys(("x", "t", "c"), [None] * 40))
    for name, frame in (("full", full), ("empty", empty)):
        write = getattr(frame.with_columns(beside=1), f"write_{ending.replace('jsonl', 'ndjson')}")
        write(tmp_path / f"{name}.{ending}")
    paths = tmp_path / f"full.{ending}", tmp_path / f"empty.{ending}"
    went = {v.name: v.words for v in compared(*paths).verdicts}
    assert {went[name] for name in "xtc"} == {"100\u00a0% missing, 0\u00a0% before"}
    came = {v.name: v.words for v in compared(*paths[::-1]).verdicts}
    assert {came["x"], came["t"]} == {"values appeared; the reference has none"}
    assert came["c"] == "0\u00a0% missing, 100\u00a0% before"
    pl.DataFrame({"x": [float("nan")] * 40}).write_parquet(tmp_path / "nan.parquet")
    (nan, *_) = (v for v in compared(paths[1], tmp_path / "nan.parquet", "x").verdicts)
    assert nan.words == "not compared: one side has no values"
    both = {v.name: (v.level, v.words) for v in compared(paths[1], paths[1]).verdicts}
    assert {both[name] for name in "xtc"} == {("unknown", "not compared: one side has no values")}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"modelboard_profile": 2}, "version 1"),
        ({"rows": 0}, "count"),
        ({"rows": True}, "count"),
        ({"columns": [{"name": "x"}]}, "kind"),
        ({"columns": "x"}, "not a saved profile"),
        ({"kind": "list"}, "kind"),
        ({"missing": -1}, "count"),
        ({"scale": 0.0}, "above 0"),
        ({"scale": float("nan")}, "finite"),
        ({"centre": "1"}, "finite"),
        ({"tally": "!"}, "not a saved profile"),
        ({"tally": "i3:"}, "not a saved profile"),
        ({"tally": compare_profile._packed(np.array([0, -1, 1, 1]))}, "increase"),
        ({"tally": compare_profile._packed(np.array([0, 1, 1, 0]))}, "at least 1"),
        ({"tally": compare_profile._packed(np.zeros(8_000_000, dtype=np.int64))}, "larger"),
    ],
)
def test_a_broken_profile_is_refused_with_its_reason(
    change: dict[str, object], reason: str, pair: Path, tmp_path: Path
) -> None:
    """Whatever was done to the profile, there is one line and no figures."""
    kept = tmp_path / "r.profile.json"
    compare_profile.save(compare.profile(pair / "reference.parquet", ["n00"]), kept)
    document = json.loads(kept.read_text(encoding="utf-8"))
    for key, value in change.items():
        (document if key in document else document["columns"][0])[key] = value
    kept.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SourceError, match=reason):
        compared(kept, pair / "current.parquet")


@pytest.mark.parametrize("largest", [2**15 - 1, 2**15, 2**31, 2**40])
def test_counts_of_any_size_are_kept_as_they_are(largest: int, tmp_path: Path) -> None:
    """However wide the file's integers must be, and for codes far below zero too."""
    tally = Tally(np.array([-700_000, -3, 5]), np.array([1, largest, 2]))
    column = Column("x", "DOUBLE", "number", grid=Grid(0.0, 1.0), tally=tally)
    compare_profile.save(Profile("r", largest + 3, (column,)), tmp_path / "r.profile.json")
    (again,) = compare_profile.load(tmp_path / "r.profile.json").columns
    assert again.tally is not None
    assert again.tally.codes.tolist() == tally.codes.tolist()
    assert again.tally.counts.tolist() == tally.counts.tolist()


def test_a_profile_of_an_earlier_version_is_read(pair: Path, tmp_path: Path) -> None:
    """Its counts are 64-bit integers without a prefix for their width."""
    kept = tmp_path / "r.profile.json"
    compare_profile.save(compare.profile(pair / "reference.parquet", ["n00"]), kept)
    document = json.loads(kept.read_text(encoding="utf-8"))
    (record,) = document["columns"]
    numbers = compare_profile._unpacked(record["tally"])
    record["tally"] = base64.b64encode(zlib.compress(numbers.astype("<i8").tobytes())).decode("ascii")
    (tmp_path / "old.profile.json").write_text(json.dumps(document), encoding="utf-8")
    found = [
        compare.record(compared(tmp_path / f"{n}.profile.json", pair / "current.parquet"))
        for n in ("r", "old")
    ]
    assert found[0] == found[1]


def test_text_that_is_no_profile_is_refused(pair: Path, tmp_path: Path) -> None:
    """Text that is not JSON, JSON that is not an object, or a profile given as the current file."""
    kept = tmp_path / "r.profile.json"
    for text in ("", "[]", "\x00", '{"rows": 1}'):
        kept.write_text(text, encoding="utf-8")
        with pytest.raises(SourceError):
            compared(kept, pair / "current.parquet")
    with pytest.raises(SourceError, match="only be the reference"):
        compared(pair / "reference.parquet", kept)
