"""The three formats, whole and broken."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import get_args

import polars as pl
import pyarrow as pa
import pytest

from dagster_project.core.errors import SourceError
from dagster_project.readers.formats import READERS, format_of, read
from dagster_project.readers.raw import RawBatch
from dagster_project.spec.source import Format, Source

SOURCE = Source.model_validate(
    {"source": "s", "files": "*", "columns": {"event_time": "ts", "model_id": "m"}}
)


def zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def batches(path: Path, content: bytes) -> list[RawBatch]:
    path.write_bytes(content)
    return list(read(path, SOURCE))


PACKED = [("", bytes), (".gz", gzip.compress), (".zst", zstd)]


@pytest.mark.parametrize(("ending", "pack"), PACKED)
def test_csv_is_text_with_empty_values_missing(tmp_path: Path, ending: str, pack: object) -> None:
    """Every value is text, quoted line ends and all; the file's rows are numbered from 1."""
    (batch,) = batches(tmp_path / f"a.csv{ending}", pack(b'a,b\n1,"x\ny"\n,NA\n'))  # type: ignore[operator]
    assert batch.frame.rows() == [("1", "x\ny"), (None, "NA")]
    assert batch.rows.to_list() == [1, 2]


@pytest.mark.parametrize(("ending", "pack"), PACKED)
def test_jsonl_keeps_types(tmp_path: Path, ending: str, pack: object) -> None:
    """Keys that only some lines have are missing in the others; blank lines are no rows."""
    (batch,) = batches(tmp_path / f"a.jsonl{ending}", pack(b'{"a":1}\n\n{"b":"x"}'))  # type: ignore[operator]
    assert batch.frame.rows() == [(1, None), (None, "x")]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.csv.zst", "a.jsonl.zst"])
def test_a_cut_in_compressed_bytes_is_an_error(tmp_path: Path, name: str) -> None:
    """Half a file is not a smaller file."""
    content = b"".join(b'{"a":%d}\n' % i for i in range(50_000))
    packed = gzip.compress(content) if name.endswith("gz") else zstd(content)
    with pytest.raises(SourceError, match="cannot be read"):
        batches(tmp_path / name, packed[:-20])


def test_csv_lines_of_another_length_are_broken_rows(tmp_path: Path) -> None:
    """They keep their row number, and so do the rows after them."""
    (batch,) = batches(tmp_path / "a.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert batch.rows.to_list() == [1, 4]
    assert [(b.row, b.text) for b in batch.broken] == [(2, "3"), (3, "4,5,6")]


def test_csv_with_only_broken_lines(tmp_path: Path) -> None:
    """All of them are reported."""
    found = batches(tmp_path / "a.csv", b"a,b\n1\n2\n")
    assert sum(len(b.broken) for b in found) == 2
    assert sum(b.frame.height for b in found) == 0


def test_jsonl_lines_that_are_no_objects_are_broken_rows(tmp_path: Path) -> None:
    """Cut lines, lists and bare words; the others are read."""
    (batch,) = batches(tmp_path / "a.jsonl", b'{"a":1}\n{"a":\n[1]\nnull\n{"a":5}\n')
    assert batch.frame["a"].to_list() == [1, 5]
    assert batch.rows.to_list() == [1, 5]
    assert [b.row for b in batch.broken] == [2, 3, 4]


def test_jsonl_with_values_of_several_kinds(tmp_path: Path) -> None:
    """One key with numbers, records and truth values becomes text; NaN is read; long ids keep their digits."""
    (batch,) = batches(
        tmp_path / "a.jsonl",
        b'{"a":1,"n":NaN,"id":9007199254740993}\n{"a":true,"n":2,"id":1,"r":{"x":{"y":"z"}}}\n{"a":"t"}\n',
    )
    assert batch.frame["a"].to_list() == ["1", "true", "t"]
    assert batch.frame["n"].is_nan().to_list() == [True, False, None]
    assert batch.frame["id"].to_list() == [9007199254740993, 1, None]
    assert batch.frame["r.x.y"].to_list() == [None, "z", None]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.jsonl", b"", "the file is empty"),
        ("a.parquet", b"", "the file is empty"),
        ("a.csv", b"a,a\n1,2\n", "two columns are named 'a'"),
        ("a.csv", b"a,b\n\xff,1\n", "it is not UTF-8 .byte 0xff."),
        ("a.parquet", b"PAR1 and no more", "cannot be read"),
        ("a.gz", b"x", "its name tells no format"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    """One line that a person understands."""
    with pytest.raises(SourceError, match=reason) as caught:
        batches(tmp_path / name, content)
    assert "\n" not in caught.value.reason


def test_header_only_is_a_file_without_rows(tmp_path: Path) -> None:
    """Nothing happened that day."""
    assert sum(b.frame.height for b in batches(tmp_path / "a.csv", b"a,b\n")) == 0
    assert sum(b.frame.height for b in batches(tmp_path / "b.csv", b"a,b")) == 0


def test_parquet_without_rows_still_has_columns(tmp_path: Path) -> None:
    """So that a column it lacks is noticed."""
    path = tmp_path / "a.parquet"
    pl.DataFrame(schema={"a": pl.Int64}).write_parquet(path)
    (batch,) = read(path, SOURCE)
    assert (batch.frame.columns, batch.frame.height) == (["a"], 0)


def test_the_source_may_say_the_format() -> None:
    """A name without a known ending is fine when the source says what it is."""
    assert format_of(Path("x.log"), SOURCE.model_copy(update={"format": "jsonl"})) == "jsonl"
    assert format_of(Path("x.ndjson.gz"), SOURCE) == "jsonl"


def test_bytes_that_are_no_text_set_a_csv_aside(tmp_path: Path) -> None:
    """Also in a line of the wrong length, late in the file: no row is lost unseen."""
    with pytest.raises(SourceError, match="not UTF-8"):
        batches(tmp_path / "a.csv", b"a,b\n" + b"1,2\n" * 100_000 + b"\xff\n")


def test_every_format_that_a_source_may_name_has_a_reader() -> None:
    """`modelboard check` refuses others, with the one that was meant."""
    assert set(get_args(Format)) == READERS.keys()
