"""`modelboard compare` as a user calls it: outputs, exit codes, and how little it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.commands.terminal import printable
from tests.commands.test_main import REPOSITORY, modelboard


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small files: x moved, y did not."""
    made = tmp_path_factory.mktemp("files")
    for seed, name in enumerate(("a", "b")):
        rng = np.random.default_rng(seed)
        frame = pl.DataFrame({"x": rng.normal(3 * seed, 1, 500), "y": rng.choice(["u", "v"], 500)})
        frame.write_csv(made / f"{name}.csv")
    return made


def test_a_table_is_printed_worst_first(folder: Path) -> None:
    """Without options: a readable table, and the summary sentence."""
    done = modelboard("compare", "a.csv", "b.csv", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("strong") < done.stdout.index("no change beyond chance")
    assert "1 of 2 columns changed, 1 of them strongly." in done.stdout


def test_a_report_and_json_and_a_profile_are_written(folder: Path) -> None:
    """--out, --json and --save-profile together; the profile then stands for the reference."""
    words = ("compare", "a.csv", "b.csv", "--out", "r.html", "--save-profile", "a.profile.json", "--json")
    done = modelboard(*words, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    again = modelboard("compare", "a.profile.json", "b.csv", "--json", cwd=folder)
    assert json.loads(again.stdout) == json.loads(done.stdout)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("nothing.csv", "b.csv"), "nothing.csv: no such file"),
        (("a.csv", "b.csv", "--columns", "z"), "has a column z"),
        (("a.csv", "b.csv", "--threshold", "psi=1"), "NAME=CHANGED,STRONG"),
        (("a.csv", "b.csv", "--threshold", "nonsense=1,2"), "NAME one of psi"),
        (("a.csv", "b.csv", "--threshold", "psi=nan,nan"), "0 < CHANGED"),
        (("a.csv", "b.csv", "--save-profile", "x.json"), "ends with .profile.json"),
        (("a.csv", "b.csv", "--out", "no/such/folder/r.html"), "No such file or directory"),
        (("a.csv",), "CURRENT"),
    ],
)
def test_bad_input_leaves_with_2_and_says_what_was_expected(
    words: tuple[str, ...], expected: str, folder: Path
) -> None:
    """One message on stderr, nothing on stdout."""
    done = modelboard("compare", *words, cwd=folder)
    assert done.returncode == 2
    assert expected in done.stderr
    assert done.stdout == ""


def test_with_json_an_error_is_json_too(folder: Path) -> None:
    """The error is one JSON object."""
    done = modelboard("compare", "nothing.csv", "b.csv", "--json", cwd=folder)
    assert done.returncode == 2
    assert json.loads(done.stderr)["message"] == "nothing.csv: no such file"


def test_thresholds_weigh_and_columns_choose(folder: Path) -> None:
    """A change below the given thresholds is small; columns that are not named are not compared."""
    limits = ("--threshold", "psi=90,99", "--threshold", "ks=2,3", "--threshold", "wasserstein_sd=9,9.5")
    done = modelboard("compare", "a.csv", "b.csv", "--columns", "x", *limits, "--json", cwd=folder)
    assert {c["name"]: c["level"] for c in json.loads(done.stdout)["columns"]} == {"x": "small"}


def test_it_loads_no_more_than_it_needs(folder: Path) -> None:
    """Neither Dagster nor polars, scipy, Altair or pydantic: their start would cost more than the comparison."""
    probe = (
        "import sys; from dagster_project.__main__ import cli;"
        "cli.main(['compare', 'a.csv', 'b.csv', '--out', 'r.html'], standalone_mode=False);"
        "heavy = {'dagster', 'polars', 'pyarrow', 'scipy', 'altair', 'pydantic', 'mkdocs', 'jinja2'};"
        "assert not heavy & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=folder, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_terminal_obeys_nothing_that_a_file_says() -> None:
    """Control characters and marks that reverse text are replaced by a visible sign."""
    assert printable("a\x1b[31mb\u202ec\n") == "a�[31mb�c�"
    assert printable("4\u202f032 rows, 5\u00a0%") == "4 032 rows, 5 %"
