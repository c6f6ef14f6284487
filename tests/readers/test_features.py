"""Features whose names differ in case alone."""

from __future__ import annotations

import polars as pl

from dagster_project.readers.features import feature_columns
from dagster_project.readers.mapped import FILE, ROW
from dagster_project.spec.source import Source

SOURCE = {
    "source": "log",
    "files": "a.jsonl",
    "columns": {"event_time": "t", "model_id": "m"},
    "all_other_columns_are_features": True,
}


def read(
    frame: pl.DataFrame, types: dict[str, str], **declared: object
) -> tuple[dict[str, list[object]], tuple[str, ...]]:
    """The features of a batch, and the columns that nothing is mapped from."""
    source = Source.model_validate(SOURCE | declared)
    numbered = frame.with_columns(pl.lit(0).alias(FILE), pl.lit(0).alias(ROW))
    found = feature_columns(numbered, source, types)
    return {column.name: column.to_list() for column in found.columns}, found.unused


def test_two_spellings_in_one_batch_are_one_feature() -> None:
    """Files are read together as it happens; a row that has both keeps the known one, and the other is named."""
    apart = pl.DataFrame({"Age": [None, 2], "age": [1, None]})
    assert read(apart, {"age": "number"}) == ({"f:age": [1, 2]}, ())
    both = pl.DataFrame({"Age": [3, 2], "age": [1, None]})
    assert read(both, {"age": "number"}) == ({"f:age": [1, 2]}, ("Age",))
    assert read(both, {}) == ({"f:Age": [3, 2]}, ("age",))


def test_numbers_and_texts_of_two_spellings_are_texts() -> None:
    """Where nothing says that the feature is a number."""
    frame = pl.DataFrame({"kind": ["a", None], "KIND": [None, 4]})
    assert read(frame, {}) == ({"f:kind": ["a", "4"]}, ())
    assert read(frame.select("KIND", kind=pl.lit(True)), {})[0] == {"f:KIND": ["true", "4"]}


def test_a_declared_feature_is_its_own_column_alone() -> None:
    """Another one that is called like it, however spelled, is not mixed in."""
    frame = pl.DataFrame({"years": [1, None], "Age": [7, 8]})
    assert read(frame, {}, features={"age": "years"}) == ({"f:age": [1, None]}, ("Age",))
