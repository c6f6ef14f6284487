"""The command line: help, exit codes, errors on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.__main__ import COMMANDS, MOST_OF_A_FILE, exit_code, report
from dagster_project.core.errors import (
    CheckError,
    LedgerError,
    ModelboardError,
    Problem,
    PublishError,
    WorkspaceError,
)

REPOSITORY = Path(__file__).parent.parent.parent


def modelboard(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(
        [sys.executable, "-m", "dagster_project", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (WorkspaceError([Problem("a.yml", 1, "k", "m")]), 2),
        (CheckError("x"), 3),
        (LedgerError("x"), 3),
        (PublishError("x"), 1),
        (ModelboardError("x"), 1),
    ],
)
def test_exit_codes_say_what_a_cron_line_needs(error: ModelboardError, code: int) -> None:
    """2 for wrong files, 3 for a blocking check, 1 for anything else."""
    assert exit_code(error) == code


def test_a_file_of_very_many_problems_does_not_hide_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    """As text, the first hundred problems of each file and the number of further ones; as JSON, all of them."""
    many = [Problem("a.yml", i, "k", "m") for i in range(MOST_OF_A_FILE + 7)]
    error = WorkspaceError([*many, Problem("b.yml", 1, "k", "m")])
    report(error, as_json=False)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == MOST_OF_A_FILE + 3
    assert lines[-3:] == [
        "b.yml:1: k: m",
        "a.yml: and 7 more problems in this file",
        f"modelboard: {MOST_OF_A_FILE + 8} problems found; nothing was published",
    ]
    report(error, as_json=True)
    assert len(capsys.readouterr().err.splitlines()) == len(error.problems)


def test_help_names_every_command_without_importing_dagster(tmp_path: Path) -> None:
    """The help appears at once: it lists all commands without loading any."""
    probe = (
        "import sys; from dagster_project.__main__ import cli; cli.main(['--help'], standalone_mode=False);"
        "assert not {'dagster', 'polars', 'duckdb'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in COMMANDS:
        assert name in done.stdout


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, tmp_path: Path) -> None:
    """`modelboard X --help` works for every command of the list."""
    from click.testing import CliRunner

    from dagster_project.__main__ import cli

    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output


def test_a_folder_that_is_no_workspace_is_said_plainly(tmp_path: Path) -> None:
    """Exit code 2, the missing file and the command that makes one; no traceback."""
    done = modelboard("nightly", cwd=tmp_path)
    assert done.returncode == 2
    assert "workspace.yml" in done.stderr
    assert "modelboard init" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_wrong_files_are_listed_all_at_once_with_their_lines(tmp_path: Path) -> None:
    """Two files with an error each: both are named with line and key, as text and as JSON."""
    (tmp_path / "data" / "catalog").mkdir(parents=True)
    (tmp_path / "data" / "workspace.yml").write_text("name: A\ntimezone: Mars/Olympus\n", encoding="utf-8")
    (tmp_path / "data" / "catalog" / "a.yml").write_text("id: a\nownr: x\n", encoding="utf-8")
    done = modelboard("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "data/workspace.yml:2: timezone" in done.stderr
    assert "data/catalog/a.yml:2: ownr" in done.stderr
    as_json = modelboard("check", "--json", cwd=tmp_path)
    lines = [json.loads(line) for line in as_json.stderr.splitlines()]
    assert {(p["file"], p["line"]) for p in lines} == {("data/workspace.yml", 2), ("data/catalog/a.yml", 2)}


@pytest.mark.parametrize(("day", "said"), [("yesterday", "YYYY-MM-DD"), ("0001-01-01", "from 1900-01-01 to")])
def test_a_day_that_is_no_day_is_refused(tmp_path: Path, day: str, said: str) -> None:
    """Usage errors leave with click's code and a hint."""
    done = modelboard("nightly", "--as-of", day, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
