"""What `modelboard init` writes is whole, small, and the same every time."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.starter import LOG, write_starter


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    write_starter(tmp_path)
    return load_workspace(tmp_path)


def test_it_loads_without_a_problem(workspace: Workspace) -> None:
    """On top of the built-in content the starter is a valid workspace with one model and one source."""
    assert [placed.value.id for placed in workspace.models] == ["parcel-late"]
    assert [source.source for source in workspace.sources] == ["parcel-requests"]
    assert workspace.settings.as_of == "newest"


def test_the_log_has_the_columns_that_the_source_maps(workspace: Workspace) -> None:
    """Every column and feature of the source file is in the log's header, and none of the log's is left over."""
    (source,) = workspace.sources
    mapped = {
        column.column for column in (*source.columns.values(), *source.features.values()) if column.column
    }
    with (workspace.root / LOG).open(encoding="utf-8", newline="") as file:
        assert set(next(csv.reader(file))) == mapped


def test_the_log_is_35_days_of_a_model_with_some_skill(workspace: Workspace) -> None:
    """Some hundred requests, scores that rank late parcels above others, truth missing only at the end."""
    with (workspace.root / LOG).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 300 <= len(rows) <= 1000
    assert len({row["sent_at"][:10] for row in rows}) == 35
    known = [row for row in rows if row["was_late"] and row["probability"]]
    late = [float(row["probability"]) for row in known if row["was_late"] == "1"]
    in_time = [float(row["probability"]) for row in known if row["was_late"] == "0"]
    pairs = [(one > other) + (one == other) / 2 for one in late for other in in_time]
    assert 0.7 < sum(pairs) / len(pairs) < 0.9
    assert min(row["sent_at"] for row in rows if not row["was_late"]) > "2025-02-05"


def test_catalog_and_source_file_have_at_most_15_lines(workspace: Workspace) -> None:
    """A stranger's log becomes a page with two short files: the starter is the proof."""
    for name in ("data/catalog/parcel-late.yml", "data/sources/parcel-requests.yml"):
        lines = (workspace.root / name).read_text(encoding="utf-8").splitlines()
        assert len([line for line in lines if line.strip() and not line.lstrip().startswith("#")]) <= 15


def test_schemas_that_files_point_to_are_there(workspace: Workspace) -> None:
    """Editors find every schema named in a file's first line."""
    found = 0
    for path in (workspace.root / "data").rglob("*.yml"):
        match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text(encoding="utf-8"))
        assert match, path
        assert (path.parent / match[1]).resolve().is_file()
        found += 1
    assert found == 7


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    """Two starters are equal, file by file."""
    one, other = (write_starter(tmp_path / name) for name in ("one", "other"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """Nothing of a user's is ever overwritten; the message names what is in the way."""
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"not empty \(it holds notes\.txt\)"):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_git_repository_is_welcome(tmp_path: Path) -> None:
    """`git init` before `modelboard init` is fine."""
    (tmp_path / ".git").mkdir()
    assert tmp_path / "README.md" in write_starter(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A path that is a file is said to be one."""
    (tmp_path / "x").write_text("")
    with pytest.raises(WorkspaceError, match="is a file"):
        write_starter(tmp_path / "x")


def test_the_example_can_be_removed_as_the_readme_says(tmp_path: Path) -> None:
    """The files it names and one target: what is left checks, so that a first own model stands alone."""
    write_starter(tmp_path)
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    named = re.findall(
        r"`(data/\S+)`", readme.partition("To get rid of the example")[2].partition("\n## ")[0]
    )
    targets = tmp_path / named.pop()
    text, _, of_example = targets.read_text(encoding="utf-8").rpartition("  - metric:")
    assert "models: [parcel-late]" in of_example
    targets.write_text(text, encoding="utf-8")
    for name in named:
        (tmp_path / name).unlink()
    assert load_workspace(tmp_path).models == ()
