"""CSV files as other countries and other programs write them."""

from __future__ import annotations

import codecs
from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.errors import SourceError
from dagster_project.readers import formats
from dagster_project.readers.mapping import require_columns
from dagster_project.spec.source import Source

TEXT = "t,name,x\n2025-03-01T10:00:00Z,Zürich,0.5\n2025-03-02T10:00:00Z,Genf,-12.25\n"
ROWS = [("2025-03-01T10:00:00Z", "Zürich", "0.5"), ("2025-03-02T10:00:00Z", "Genf", "-12.25")]


def source(**given: object) -> Source:
    columns = {"event_time": "t", "model_id": {"constant": "m"}}
    return Source.model_validate({"source": "log", "files": "*", "columns": columns, **given})


def read(folder: Path, content: bytes, **given: object) -> pl.DataFrame:
    """All rows of a file with this content."""
    path = folder / "a.csv"
    path.write_bytes(content)
    return pl.concat([batch.frame for batch in formats.read(path, source(**given))])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_any_line_end_with_or_without_a_byte_order_mark(tmp_path: Path, end: str, mark: bytes) -> None:
    """The same rows, the same names."""
    found = read(tmp_path, mark + TEXT.replace("\n", end).encode())
    assert (found.columns, found.rows()) == (["t", "name", "x"], ROWS)


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "utf-16-le", "mac-roman", "utf-8-sig"])
def test_a_named_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    """Letters are what they were, also where the text is longer in UTF-8 and comes in many blocks."""
    assert read(tmp_path, TEXT.encode(encoding), encoding=encoding).rows() == ROWS
    many = "t,name,x\n" + "2025-03-01T10:00:00Z,üüüüüüüü,1\n" * 200_000
    found = read(tmp_path, many.encode(encoding), encoding=encoding)
    assert (found.height, found["name"].unique().to_list()) == (200_000, ["ü" * 8])


def test_another_encoding_says_what_to_do(tmp_path: Path) -> None:
    """The byte, and the key of the source."""
    with pytest.raises(SourceError) as refused:
        read(tmp_path, TEXT.encode("windows-1252"))
    assert refused.value.reason == (
        "cannot be read: it is not UTF-8 (byte 0xfc); set encoding in the source, such as windows-1252 or utf-16"
    )


def test_numbers_with_a_comma_get_a_point_and_texts_stay(tmp_path: Path) -> None:
    """Only where the source says so."""
    text = TEXT.replace(",", ";").replace(".", ",").replace("Genf", "a,b 1,5")
    found = read(tmp_path, text.encode(), delimiter=";", decimal=",")
    assert found["x"].to_list() == ["0.5", "-12.25"]
    assert found["name"].to_list() == ["Zürich", "a,b 1,5"]
    assert read(tmp_path, text.encode(), delimiter=";")["x"].to_list() == ["0,5", "-12,25"]


@pytest.mark.parametrize(
    ("written", "given", "read_as"),
    [
        (["1.234", "1,234", "-12.345,5", "0.123"], {"decimal": ","}, ["1234", "1.234", "-12345.5", "0.123"]),
        (["12.345", "1 234,5"], {"decimal": ",", "thousands": " "}, ["12.345", "1234.5"]),
        (["1,234", "1,234.5", "12,34"], {"thousands": ","}, ["1234", "1234.5", "12,34"]),
        (["1'234", "1’234.5"], {"thousands": "'"}, ["1234", "1234.5"]),
        (["1\u202f234"], {"thousands": " "}, ["1234"]),
    ],
)
def test_numbers_with_parted_thousands_are_read_in_one_piece(
    tmp_path: Path, written: list[str], given: dict[str, object], read_as: list[str]
) -> None:
    """In a file with decimal commas a point can part nothing else; 1.234 was a thousandth of what it says."""
    text = "t;ms;id\n" + "".join(f"2025-03-01T10:00:00Z;{value};1.234\n" for value in written)
    columns = {"event_time": "t", "model_id": {"constant": "m"}, "latency_ms": "ms", "request_id": "id"}
    found = read(tmp_path, text.encode(), delimiter=";", columns=columns, **given)
    assert found["ms"].to_list() == read_as
    assert found["id"].unique().to_list() == ["1.234"]


def test_one_mark_cannot_part_both() -> None:
    """The fault is the source's, and named with its key."""
    with pytest.raises(ValueError, match="a different mark than decimal"):
        source(thousands=".")


def test_another_delimiter_is_guessed_in_the_reason(tmp_path: Path) -> None:
    """The file is one column wide, and its name holds the mark."""
    found = read(tmp_path, TEXT.replace(",", ";").encode())
    with pytest.raises(SourceError, match=r"which event_time comes from.*set delimiter: ';'"):
        require_columns(found, source(), "a.csv")


def test_a_header_that_is_none_sets_the_file_aside(tmp_path: Path) -> None:
    """A field longer than the csv module takes stopped the night."""
    with pytest.raises(SourceError, match="the header cannot be read"):
        read(tmp_path, b'"' + b"x" * 200_000 + b'",b\n1,2\n')


def test_an_unknown_encoding_is_a_fault_of_the_source() -> None:
    """Said by `modelboard check`."""
    with pytest.raises(ValueError, match="expected utf-8, windows-1252, utf-16 or the like"):
        source(encoding="klingon")
