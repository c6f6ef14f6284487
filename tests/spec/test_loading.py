"""A workspace's files become one object, or all their problems with file, line and key."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.loading import load_workspace
from tests.spec.conftest import BUILTIN, SOURCE, Check, write


def test_the_smallest_workspace_is_a_name(workspace: Path, builtin: Path) -> None:
    """Everything but the organization's name has a default or comes with Modelboard."""
    loaded = load_workspace(workspace, builtin)
    assert (loaded.settings.name, loaded.settings.timezone, loaded.settings.as_of) == (
        "Example",
        "UTC",
        "today",
    )
    assert [m.id for m in loaded.metrics] == ["error_share"]
    assert loaded.question_places["O2"] == ("builtin:reports/playbook/monitoring.yml", 7)
    assert loaded.warehouse == workspace / "data" / "warehouse.duckdb"


def test_without_settings_the_way_out_is_named(tmp_path: Path, builtin: Path) -> None:
    """A folder that is no workspace leads to `modelboard init`."""
    with pytest.raises(WorkspaceError, match="modelboard init") as caught:
        load_workspace(tmp_path / "nowhere", builtin)
    assert [problem.file for problem in caught.value.problems] == ["data/workspace.yml"]


def test_all_mistakes_of_all_files_come_at_once_and_in_order(problems: Check) -> None:
    """Whoever mends a workspace sees everything in one go, sorted by file and line."""
    found = problems(
        {
            "data/workspace.yml": "name: X\nsalt: []\nschedul: x\n",
            "data/catalog/b.yml": "id: [\n",
            "data/catalog/a.csv": "id,personal_data,threshold\nx,maybe,1\ny,yes,abc\n",
            "data/targets.yml": "targets:\n  - {metric: error_shar, good: 0, poor: 1, models: [unknown]}\n",
        }
    )
    assert [problem.split(": ")[:2] for problem in found] == [
        ["data/catalog/a.csv:2", "models[0].personal_data"],
        ["data/catalog/a.csv:3", "models[1].threshold"],
        ["data/catalog/b.yml:1", "not valid YAML"],
        ["data/targets.yml:2", "targets[0].metric"],
        ["data/workspace.yml:2", "salt"],
        ["data/workspace.yml:3", "schedul"],
    ]


def test_what_is_written_is_what_is_loaded(workspace: Path, builtin: Path) -> None:
    """Versions, ids and words that YAML takes for other things stay text; constants that are numbers are numbers."""
    catalog = (
        "id: 007\ntitle: no\npurpose: 2025-01-01\nversions: [{version: 1.10}]\nthreshold: 1e-1\nowner:\n"
    )
    source = (
        SOURCE.replace("model_id: m", "model_id: {constant: 1.10}, records: {constant: 100}")
        + 'delimiter: "\\t"\n'
    )
    write(workspace, {"data/catalog/a.yml": catalog, "data/sources/s.yml": source})
    loaded = load_workspace(workspace, builtin)
    model = loaded.models[0].value
    assert (model.id, model.title, model.purpose, model.owner) == ("007", "no", "2025-01-01", None)
    assert (model.versions[0].version, model.threshold) == ("1.10", 0.1)
    columns = loaded.sources[0].columns
    assert (columns["model_id"].constant, columns["records"].constant) == ("1.10", 100)
    assert loaded.sources[0].delimiter == "\t"


def test_a_workspaces_report_file_stands_in_for_the_built_in_one(workspace: Path, builtin: Path) -> None:
    """Same relative path: the workspace wins; the digest of what was read, and of nothing else, is kept."""
    own = BUILTIN["reports/metrics/error_share.sql"].replace("select 1", "select 2")
    fact = "/*---\ntitle: N\n---*/\nselect 3\n"
    write(workspace, {"reports/metrics/error_share.sql": own, "reports/facts/n.sql": fact})
    loaded = load_workspace(workspace, builtin)
    assert [(m.sql, m.file, m.line) for m in loaded.metrics] == [
        ("select 2\n", "reports/metrics/error_share.sql", 9)
    ]
    assert [fact.id for fact in loaded.facts] == ["n"]
    assert loaded.files["reports/metrics/error_share.sql"] == hashlib.sha256(own.encode()).hexdigest()
    assert "builtin:reports/metrics/error_share.sql" not in loaded.files
    assert loaded.files["builtin:reports/marts/models.sql"]


def test_files_of_data_are_only_the_workspaces(workspace: Path, builtin: Path) -> None:
    """The demo organization's declarations never leak into another workspace."""
    write(builtin, {"data/catalog/demo.yml": "id: demo\n", "data/targets.yml": "targets: [broken]\n"})
    assert load_workspace(workspace, builtin).models == ()


def test_the_built_in_root_can_be_a_workspace_itself(workspace: Path, builtin: Path) -> None:
    """As the repository is: its report files are then its own, under their plain names."""
    write(builtin, {"data/workspace.yml": "name: Demo\n"})
    loaded = load_workspace(builtin, builtin)
    assert not [name for name in loaded.files if name.startswith("builtin:")]


def test_order_is_that_of_ids_not_of_files(workspace: Path, builtin: Path) -> None:
    """Models come sorted by id, with the file and line where each stands; targets keep their order."""
    targets = "targets: [{metric: error_share, good: 0, poor: 2}, {metric: error_share, good: 0, poor: 1}]\n"
    files = {
        "data/catalog/1.yml": "id: z\n",
        "data/catalog/x/2.yml": "models:\n- id: a\n",
        "data/targets.yml": targets,
    }
    write(workspace, dict(files))
    loaded = load_workspace(workspace, builtin)
    assert [(m.value.id, m.file, m.line) for m in loaded.models] == [
        ("a", "data/catalog/x/2.yml", 2),
        ("z", "data/catalog/1.yml", 1),
    ]
    assert [target.poor for target in loaded.targets] == [2, 1]


def test_pages_in_folders_keep_the_folder_in_their_id(workspace: Path, builtin: Path) -> None:
    """The id of a page template is its address."""
    write(workspace, {"reports/pages/ledger/data.md": "---\ntitle: L\n---\nbody\n"})
    assert [page.id for page in load_workspace(workspace, builtin).pages] == ["ledger/data", "model"]


def test_a_part_of_the_workspace_wins_over_the_built_in_one(workspace: Path, builtin: Path) -> None:
    """Each by its path below reports/parts; its hash is among those of the files that were read."""
    write(builtin, {"reports/parts/m/a.html": "built in", "reports/parts/m/b.html": "b"})
    write(workspace, {"reports/parts/m/a.html": "own"})
    loaded = load_workspace(workspace, builtin)
    assert [(p.id, p.body, p.file) for p in loaded.parts] == [
        ("m/a.html", "own", "reports/parts/m/a.html"),
        ("m/b.html", "b", "builtin:reports/parts/m/b.html"),
    ]
    assert {p.file for p in loaded.parts} <= set(loaded.files)


@pytest.mark.parametrize("name", ["targets", "playbook", "attestations"])
def test_an_optional_file_of_comments_declares_nothing(problems: Check, name: str) -> None:
    """A file whose examples are all commented out is fine, and so is a key with nothing left below it."""
    assert problems({f"data/{name}.yml": "# targets:\n"}) == []
    key = {"targets": "targets", "playbook": "answers", "attestations": "waivers"}[name]
    assert problems({f"data/{name}.yml": f"{key}:\n# - x\n"}) == []


def test_windows_line_ends_and_a_byte_order_mark_are_fine(problems: Check) -> None:
    """Files saved by Windows editors load."""
    files: dict[str, str | bytes] = {
        "data/workspace.yml": b"\xef\xbb\xbfname: X\r\n",
        "data/catalog/a.csv": b"\xef\xbb\xbfid,tags\r\na,x;y\r\n",
        "reports/facts/a.sql": b"/*---\r\ntitle: A\r\n---*/\r\nselect 1\r\n",
        "reports/pages/a.md": b"---\r\ntitle: A\r\n---\r\nx\r\n",
    }
    assert problems(files) == []
