"""Files of strangers counted column by column, against scipy and numpy on all rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from dagster_project.core.column_profile import Column, Grid, better_grid, sampled_grid
from dagster_project.core.comparison import NumberDistance, number_distance
from dagster_project.core.errors import SourceError
from dagster_project.core.types import Floats, Numbers
from dagster_project.store import comparing
from tests.core.columns import SHAPES, changed
from tests.core.test_drift_oracles import decile_psi

ROWS = 200_000
CHANGES = ("none", "shift 0.02 sd", "shift 0.3 sd", "wider")
MORE: dict[str, Callable[[np.random.Generator, int], Numbers]] = {
    "sorted": lambda rng, n: np.sort(rng.normal(0, 1, n)),
    "counter": lambda rng, n: np.arange(n) + rng.integers(0, 1000),
    "arcsine": lambda rng, n: rng.beta(0.5, 0.5, n),
    "one outlier": lambda rng, n: np.append(rng.normal(0, 1, n - 1), 1e9),
    "negative": lambda rng, n: -rng.lognormal(3, 1.2, n),
    "tiny": lambda rng, n: rng.normal(3e-12, 1e-12, n),
}
ALL = {**SHAPES, **MORE}
Side = tuple[dict[str, Floats], dict[str, Column]]
"""Columns, and what is counted of them."""


def everything(name: str) -> bool:
    return True


def profiled(path: Path, grids: dict[str, Grid] | None = None) -> dict[str, Column]:
    """Every numeric column, on grids of its own as the pipeline takes them, or on the given ones."""
    found = {}
    with comparing.opened(path, everything) as table:
        fresh = comparing.take_sample(table, list(table.types), [])
        for name in table.types:
            grid = grids[name] if grids else sampled_grid(fresh[name])
            column = comparing.count_number(table, name, grid)
            better = better_grid(grid, column.tally) if grids is None and column.tally else None
            found[name] = comparing.count_number(table, name, better) if better else column
    return found


def counted(
    path: Path, columns: dict[str, Floats], grids: dict[str, Grid] | None = None
) -> dict[str, Column]:
    """What is counted of columns, through a file."""
    pl.DataFrame(columns).write_parquet(path)
    return profiled(path, grids)


def distances(path: Path, before: dict[str, Column], current: dict[str, Floats]) -> dict[str, NumberDistance]:
    """The distances of columns, through a file, from what was counted before."""
    now = counted(path, current, {name: column.grid for name, column in before.items() if column.grid})
    found = {}
    for name in current:
        one, other = before[name].tally, now[name].tally
        assert one is not None
        assert other is not None
        distance = number_distance(one, other)
        assert distance is not None
        found[name] = distance
    return found


def compared(
    folder: Path, reference: dict[str, Floats], current: dict[str, Floats]
) -> dict[str, NumberDistance]:
    """The distances of two sets of columns, through files."""
    return distances(folder / "c.parquet", counted(folder / "r.parquet", reference), current)


@pytest.fixture(scope="module")
def twenty(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """Reference columns of twenty shapes."""
    assert len(ALL) == 20
    columns = {name: drawn(name, 0) for name in sorted(ALL)}
    return columns, counted(tmp_path_factory.mktemp("twenty") / "r.parquet", columns)


def drawn(name: str, which: int) -> Floats:
    """The same rows of a shape each time, others for another `which`."""
    rng = np.random.default_rng([sorted(ALL).index(name), 7, which])
    return ALL[name](rng, ROWS).astype(np.float64)


@pytest.mark.parametrize("change", CHANGES)
def test_twenty_shapes_of_columns_are_measured_as_scipy_does(
    change: str, tmp_path: Path, twenty: Side
) -> None:
    """KS and Wasserstein within 0.0005, decile PSI within 0.0001 or a thousandth of it, of what all rows give."""
    reference, profiles = twenty
    current = {name: changed(name, change, drawn(name, 1)) for name in reference}
    for name, distance in distances(tmp_path / "c.parquet", profiles, current).items():
        before, now = reference[name], current[name]
        exact = stats.ks_2samp(before, now, method="asymp").statistic
        assert distance.ks == pytest.approx(exact, abs=5e-4), name
        exact = stats.wasserstein_distance(before, now) / before.std()
        assert distance.wasserstein_sd == pytest.approx(exact, abs=5e-4), name
        assert distance.psi == pytest.approx(decile_psi(before, now), abs=1e-4, rel=1e-3), name


def test_a_grid_from_a_sample_that_missed_the_values_is_taken_anew(tmp_path: Path) -> None:
    """Rare values far from all others are measured although no sampled row held one."""
    rng = np.random.default_rng(3)
    rare = np.zeros(ROWS)
    rare[rng.choice(np.arange(10_000, 90_000), 60, replace=False)] = rng.lognormal(3, 0.3, 60)
    distance = compared(tmp_path, {"x": rare}, {"x": np.where(rare > 0, rare + 10, 0)})["x"]
    exact = stats.wasserstein_distance(rare, np.where(rare > 0, rare + 10, 0)) / rare.std()
    assert distance.wasserstein_sd == pytest.approx(exact, rel=1e-2)


def test_values_however_far_are_counted(tmp_path: Path) -> None:
    """A column that moved a million sd away reads its distance within 0.1 %; the largest doubles break nothing."""
    rng = np.random.default_rng(4)
    reference = {"far": rng.normal(0, 1, 5000), "huge": rng.normal(0, 1, 5000)}
    current = {
        "far": rng.normal(1e6, 1, 5000),
        "huge": np.append(rng.normal(0, 1, 4998), [1.7e308, -1.7e308]),
    }
    found = compared(tmp_path, reference, current)
    assert found["far"].ks == pytest.approx(1)
    assert found["far"].wasserstein_sd == pytest.approx(1e6 / reference["far"].std(), rel=1e-3)
    assert found["huge"].ks < 0.1


def test_what_is_no_finite_number_is_told_apart(tmp_path: Path) -> None:
    """NULL and NaN are missing, infinities are counted by themselves, all others are on the grid."""
    values = [None, float("nan"), float("inf"), float("-inf"), 1.0, 2.0, 1e300]
    pl.DataFrame({"x": values}).write_parquet(tmp_path / "x.parquet")
    column = profiled(tmp_path / "x.parquet", {"x": Grid(1.0, 1.0)})["x"]
    assert (column.missing, column.infinite) == (2, 2)
    assert column.tally is not None
    assert column.tally.n == 3


def test_what_is_no_number_is_missing_whatever_a_files_statistics_say(tmp_path: Path) -> None:
    """Other writers leave NaN out of the smallest and largest value: that is no word that there is none."""
    pl.DataFrame({"x": [1.0, float("nan"), 2.0, None]}).write_parquet(tmp_path / "x.parquet")
    column = profiled(tmp_path / "x.parquet", {"x": Grid(1.0, 1.0)})["x"]
    assert (column.missing, column.infinite) == (2, 0)


def test_infinities_are_found_where_no_value_is_missing(tmp_path: Path) -> None:
    """What is no finite number makes a second look; what is missing does not."""
    pl.DataFrame({"x": [1.0, 2.0, float("inf")], "y": [None, float("nan"), 1.0]}).write_parquet(
        tmp_path / "x.parquet"
    )
    found = profiled(tmp_path / "x.parquet", {"x": Grid(1.0, 1.0), "y": Grid(1.0, 1.0)})
    assert [(c.missing, c.infinite) for c in found.values()] == [(0, 1), (2, 0)]


def test_the_same_file_makes_the_same_profile(tmp_path: Path) -> None:
    """Counts are integers: two threads in any order give the same rows."""
    rng = np.random.default_rng(5)
    pl.DataFrame({"x": rng.lognormal(0, 2, ROWS)}).write_parquet(
        tmp_path / "x.parquet", row_group_size=20_000
    )
    one, other = (profiled(tmp_path / "x.parquet")["x"] for _ in range(2))
    assert one.grid == other.grid
    assert one.tally is not None
    assert other.tally is not None
    assert np.array_equal(one.tally.codes, other.tally.codes)
    assert np.array_equal(one.tally.counts, other.tally.counts)


def packed(content: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.compress(content, codec="zstd", asbytes=True))


@pytest.mark.parametrize("packing", ["", ".gz", ".zst"])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "ndjson"])
def test_every_format_reads_alike(ending: str, packing: str, tmp_path: Path) -> None:
    """Text formats give the rows, the kinds and the counts that Parquet gives."""
    frame = pl.DataFrame({"x": [1.5, None, 3.0], "word": ["a", "b", "a"], "yes": [True, False, None]})
    content = (frame.write_csv() if ending == "csv" else frame.write_ndjson()).encode()
    pack: dict[str, Callable[[bytes], bytes]] = {"": bytes, ".gz": gzip.compress, ".zst": packed}
    path = tmp_path / f"rows.{ending}{packing}"
    path.write_bytes(pack[packing](content))
    with comparing.opened(path, everything) as table:
        assert table.rows == 3
        kinds = {name: comparing.kind_of(sql_type) for name, sql_type in table.types.items()}
        assert kinds == {"x": "number", "word": "category", "yes": "category"}
        comparing.take_sample(table, ["x"], ["word", "yes"])
        assert comparing.count_number(table, "x", Grid(0.0, 1.0)).missing == 1
        assert comparing.count_category(table, "word", sampled=True).categories == {"a": 2, "b": 1}
        assert comparing.count_category(table, "yes", sampled=False).missing == 1


def test_names_of_files_and_columns_are_taken_literally(tmp_path: Path) -> None:
    """Patterns, folders that look like partitions and quotes in names mean nothing but themselves."""
    folder = tmp_path / "day=1"
    folder.mkdir()
    path = folder / "a[1]*?.parquet"
    name = 'we"ird; DROP TABLE file_rows; --'
    pl.DataFrame({name: [1.0, 2.0]}).write_parquet(path)
    with comparing.opened(path, everything) as table:
        assert list(table.types) == [name]
        assert comparing.take_sample(table, [name], [])[name].tolist() == [1.0, 2.0]
        assert comparing.count_number(table, name, Grid(0.0, 1.0)).missing == 0


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_type_that_shows_late_is_found(ending: str, tmp_path: Path) -> None:
    """60,000 whole numbers and then a word: a column of categories, not a file that cannot be read."""
    lines = {"csv": ["x", *map(str, range(60_000)), "word"]}
    lines["jsonl"] = [f'{{"x": {i}}}' for i in range(60_000)] + ['{"x": "word"}']
    path = tmp_path / f"late.{ending}"
    path.write_text("\n".join(lines[ending]), encoding="utf-8")
    with comparing.opened(path, everything) as table:
        assert table.rows == 60_001
        assert comparing.kind_of(table.types["x"]) != "number"


def test_a_column_with_the_name_of_row_numbers_is_a_column(tmp_path: Path) -> None:
    """The reader's own word for a row's number may be a stranger's column."""
    pl.DataFrame({"file_row_number": [5.0, 6.0]}).write_parquet(tmp_path / "x.parquet")
    with comparing.opened(tmp_path / "x.parquet", everything) as table:
        assert comparing.take_sample(table, ["file_row_number"], [])["file_row_number"].tolist() == [5.0, 6.0]


def test_identifiers_are_named_and_not_counted(tmp_path: Path) -> None:
    """A text that differs in nearly every row is no category."""
    pl.DataFrame({"id": [f"u{i}" for i in range(5000)]}).write_parquet(tmp_path / "x.parquet")
    with comparing.opened(tmp_path / "x.parquet", everything) as table:
        comparing.take_sample(table, [], ["id"])
        column = comparing.count_category(table, "id", sampled=True)
    assert column.categories is None
    assert "different" in column.problem


def test_what_keeps_a_column_from_being_numbers_is_named(tmp_path: Path) -> None:
    """A stray word among numbers is no free text."""
    values = [f"{i}.5" for i in range(500)]
    pl.DataFrame({"x": [*values, "oops"], "y": [f"id-{value}" for value in range(501)]}).write_csv(
        tmp_path / "a.csv"
    )
    with comparing.opened(tmp_path / "a.csv", everything) as table:
        comparing.take_sample(table, [], ["x", "y"])
        problems = [comparing.count_category(table, name, sampled=True).problem for name in ("x", "y")]
    assert problems == ["1 of 501 values are not numbers, such as 'oops'", comparing.IDENTIFIER]


def test_numbers_that_name_rows_are_found(tmp_path: Path) -> None:
    """In all rows: a key that comes back is told although no sampled one did."""
    n = 4 * comparing.STRIPES * comparing.STRIPE_ROWS
    key = np.random.default_rng(1).permutation(n)
    again = np.where(np.isin(np.arange(n) // comparing.STRIPE_ROWS, (0, 6, 11)), key, key[0])
    whole = {"key": key, "again_id": again, "x": key / 7}
    pl.DataFrame(whole).write_parquet(tmp_path / "x.parquet")
    with comparing.opened(tmp_path / "x.parquet", everything) as table:
        sample = comparing.take_sample(table, list(whole), [])
        assert comparing.identifying(table, sample) == {"key"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str, tmp_path: Path) -> None:
    """Whatever the name says; .tsv is another word for .csv."""
    frame = pl.DataFrame({"x": [1.5, 2.5], "y": ["a", "b"]})
    for name in ("x.csv", "x.tsv"):
        frame.write_csv(tmp_path / name, separator=delimiter)
        with comparing.opened(tmp_path / name, everything) as table:
            assert dict(table.types) == {"x": "DOUBLE", "y": "VARCHAR"}


def test_a_file_of_very_many_columns_is_loaded_once(tmp_path: Path) -> None:
    """Else each column's statement would look through the schema of all others; the counts are the same."""
    names = [f"c{i}" for i in range(comparing.WIDE + 1)]
    wide = pl.DataFrame({name: np.arange(50.0) % (i + 1) for i, name in enumerate(names)})
    wide.write_parquet(tmp_path / "wide.parquet")
    wide.select(names[:9]).write_parquet(tmp_path / "few.parquet")
    found = {}
    for name, source in (("wide", "file_rows"), ("few", "read_parquet")):
        with comparing.opened(tmp_path / f"{name}.parquet", everything) as table:
            assert table.source.startswith(source)
            column = comparing.count_number(table, "c5", Grid(2.0, 1.0))
            assert column.tally is not None
            found[name] = (column.tally.codes.tolist(), column.tally.counts.tolist(), column.missing)
    assert found["wide"] == found["few"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "no rows"),
        ("a.csv", b"x,y\n", "no rows"),
        ("a.parquet", b"PAR1 and then nothing", "cannot be read"),
        ("a.parquet", b"", "cannot be read"),
        ("a.jsonl", b"{broken", "cannot be read"),
        ("a.csv.gz", b"not gzip", "cannot be read"),
        (
            "a.csv",
            b"x,y\n" + b"caf\xe9,1\n" * 9,
            "CSV Error on Line: 2: Invalid unicode .* save it with the encoding UTF-8",
        ),
        ("a.csv", "x,y\nb,1\n".encode("utf-16"), "save it with the encoding UTF-8"),
        ("a.csv", b"x,y\n" + b"a,1\n" * 99 + b"a,1,2\n", "not all have as many values as its header 'x,y'"),
        (
            "a.csv",
            b"x,y\n" + b"a,1\n" * 99 + b"a\n" + b"a,1\n" * 99,
            "not all have as many values as its header",
        ),
        ("late.csv", b"x;y\n" + b"a;1\n" * 60_000 + b"a;1;2\n", "its lines do not all have as many values"),
        ("a.xlsx", b"x", "expected .parquet, .csv, .tsv or .jsonl"),
        ("a.parquet.gz", b"x", "expected .parquet, .csv, .tsv or .jsonl"),
    ],
)
def test_a_broken_file_is_named_with_its_reason(
    name: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    """What is wrong, in one line, with the file's name."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=reason) as raised, comparing.opened(tmp_path / name, everything):
        pass
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("sql_type", "kind"),
    [
        ("BIGINT", "number"), ("DECIMAL(18,3)", "number"), ("VARCHAR", "category"), ("BOOLEAN", "category"),
        ("ENUM('a', 'b')", "category"), ("TIMESTAMP WITH TIME ZONE", "time"), ("DATE", "time"), ("DOUBLE[]", "other"),
        ("STRUCT(a INTEGER)", "other"), ("BLOB", "other"),
    ],
)  # fmt: skip
def test_a_type_says_how_a_column_is_compared(sql_type: str, kind: str) -> None:
    """Numbers, categories and times; what is none of them is not compared."""
    assert comparing.kind_of(sql_type) == kind
