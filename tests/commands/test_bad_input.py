"""Bad input through the command line: what is wrong, where, the right exit code, the last site as it was."""

from __future__ import annotations

import errno
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from dagster_project.__main__ import main
from dagster_project.core.errors import WorkspaceError
from dagster_project.store.lock import sole_writer
from tests import run_cache
from tests.nights import pages, whole
from tests.test_night import tree

pytestmark = pytest.mark.slow

WORKSPACE = "name: A\nas_of: newest\n"
SOURCE = """\
source: log
files: logs/*.csv
columns: {event_time: t, model_id: m, score: s, label: y}
"""
HEAD = "title: T\nfamily: usage\nunit: count\nbetter: neither\ndefinition: D\nformula: F\n"
SELECT = """\
SELECT model_id, day, window_days, 1 AS numerator, 1 AS denominator
FROM span.traffic WHERE segment = '' AND version = '' GROUP BY ALL
"""
METRIC = f"/*---\n{HEAD}---*/\n"
MART = "/*---\ntitle: x\n---*/\n"
PAGE = "---\ntitle: X\norder: -1\n---\n<h1>x</h1>\n"
"""Made before the built-in pages, so that none is made in vain."""


@dataclass(frozen=True)
class Outcome:
    """What a user of the command sees."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace with a published site; tests copy it."""
    root = tmp_path_factory.mktemp("bad") / "board"
    rows = [f"2025-03-0{1 + i % 3}T10:00:00Z,m,0.{i % 10},{i % 2}" for i in range(60)]
    put(root, {"data/workspace.yml": WORKSPACE, "data/sources/log.yml": SOURCE})
    put(root, {"logs/a.csv": "\n".join(["t,m,s,y", *rows])})
    whole(root)
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy to break; after the test the published site must be what it was."""
    copy = Path(shutil.copytree(published, tmp_path / "board", symlinks=True))
    before = tree(copy / "build" / "site")
    yield copy
    assert tree(copy / "build" / "site") == before


def put(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files of a workspace."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def run(capsys: pytest.CaptureFixture[str], root: Path, command: str = "nightly") -> Outcome:
    """The command in this process, as `modelboard` runs it; never a traceback."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main([command, "--workspace", str(root)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return Outcome(int(left.value.code or 0), said.out, said.err)


def raising(error: Exception) -> Callable[..., None]:
    """A function that does nothing but raise."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


BROKEN_FILES = {
    "data/workspace.yml": ("name: A\nname: B\n", "data/workspace.yml:2: name: this key appears twice"),
    "data/catalog/a.yml": ("id: a\n\towner: x\n", "data/catalog/a.yml:2: not valid YAML"),
    "data/catalog/b.csv": ("id,titel\na,b\n", "data/catalog/b.csv:1: titel: unknown column"),
    "data/sources/b.yml": ("source: b\nfiles: 'x\n", "data/sources/b.yml:2: not valid YAML"),
    "data/sources/c.yml": (SOURCE.replace("logs/*", "logs/**x"), "data/sources/c.yml:2: files[0]: ** must stand"),
    "data/targets.yml": ("targets:\n  - {metric: requests, good: 1}\n", "data/targets.yml:2: targets[0].poor"),
    "data/playbook.yml": ("answers: [{item: M1, status: so}]\n", "data/playbook.yml:1: answers[0].status: expected"),
    "data/attestations.yml": ("attestations: yes\n", "data/attestations.yml:1: attestations: expected a list"),
    "reports/rubrics/r.yml": ("id: r\n", "reports/rubrics/r.yml:1: title: this key is missing"),
    "reports/playbook/X.yml": ("&x [*x]\n", "reports/playbook/X.yml:1:"),
    "reports/metrics/a.sql": ("SELECT 1\n", "reports/metrics/a.sql:1: no head"),
    "reports/metrics/b.sql": (f"/*---\n{HEAD}apply: avg\n---*/\n{SELECT}", "reports/metrics/b.sql:8: apply: expected"),
    "reports/metrics/c.sql": (f"/*---\n{HEAD}apply: quantile\n---*/\n{SELECT}", "needs the argument 'q'"),
    "reports/metrics/d.sql": (f"{METRIC}{SELECT}".replace("unit: count\n", ""), "unit: this key is missing"),
    "reports/facts/f.sql": ("/*---\ntitle: [\n---*/\nSELECT 1\n", "reports/facts/f.sql:2: not valid YAML"),
    "reports/marts/m.sql": ("/*---\ntitle: x\n---*/\n", "nothing follows the head; expected SQL"),
    "reports/pages/p.md": ("---\ntitel: x\n---\nx\n", "reports/pages/p.md:2: titel: unknown key"),
}  # fmt: skip


def test_every_broken_file_is_named_in_one_go(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One broken file of every kind: all of them at once, each with its place and what was expected."""
    put(root, {name: text for name, (text, _) in BROKEN_FILES.items()})
    for command in ("check", "nightly"):
        seen = run(capsys, root, command)
        assert seen.code == 2
        missing = [said for _, said in BROKEN_FILES.values() if said not in seen.err]
        assert missing == [], seen.err
        assert "nothing was published" in seen.err


BROKEN_METRICS = {
    "syntax": (SELECT.replace("FROM", "FRM"), ":10: "),
    "column": (SELECT.replace("1 AS numerator", "nonsense AS numerator"), ":9: Binder Error: Referenced column"),
    "model": (SELECT.replace("model_id, ", ""), ": the SELECT yields no column model_id"),
    "window": (SELECT.replace(", window_days", ""), ": the SELECT yields no column window_days"),
    "numerator": (SELECT.replace("numerator", "top"), ": the SELECT yields no column 'numerator'"),
    "words": (SELECT.replace("1 AS numerator", "'x' AS numerator"), ": column 'numerator' holds String"),
    "key": ("SELECT model_id, day, window_days FROM span.traffic", ": the SELECT yields nothing but the key"),
    "twice": (SELECT.replace("GROUP BY ALL", ""), ": several rows for model_id m"),
    "day": (SELECT.replace(" day,", " 'soon' AS day,"), ':9: Conversion Error: invalid date field format: "soon"'),
    "drops": ("DROP TABLE daily.traffic", ""),
}  # fmt: skip


def test_every_metric_that_fails_is_named_and_stops_the_night(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them are listed at once, with the line if the database names one; exit code 2."""
    put(root, {f"reports/metrics/{name}.sql": METRIC + sql for name, (sql, _) in BROKEN_METRICS.items()})
    seen = run(capsys, root)
    assert seen.code == 2
    expected = [f"reports/metrics/{name}.sql{said}" for name, (_, said) in BROKEN_METRICS.items()]
    assert [said for said in expected if said not in seen.err] == [], seen.err
    assert f"{len(expected)} problems found" in seen.err, "and nobody else's"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"reports/marts/mine.sql": f"{MART}SELECT\nnonsense\n"}, "reports/marts/mine.sql:5: "),
        ({"reports/marts/mine.sql": f"{MART}SELECT 'x'::INT AS n FROM page.models\n",
          "reports/pages/mine.md": PAGE + "{{ views.rows('mine') }}"}, "reports/marts/mine.sql"),
        ({"reports/pages/mine.md": PAGE + "{{ lost }}"}, "reports/pages/mine.md:6: 'lost' is undefined"),
        ({"reports/pages/mine.md": PAGE + "{% if %}"}, "reports/pages/mine.md:6: "),
    ],
)  # fmt: skip
def test_a_view_or_template_that_fails_names_its_file_and_line(
    root: Path, files: dict[str, str], said: str
) -> None:
    """This includes a view whose SQL fails only when its rows are read."""
    put(root, files)
    with pytest.raises(WorkspaceError) as refused:
        pages(root)
    assert said in str(refused.value)


def test_logs_that_cannot_be_read_are_set_aside_and_the_rest_is_published(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Empty, header only, cut, binary garbage, a glob without files, a rubric with broken SQL: all in one night."""
    root = Path(shutil.copytree(published, tmp_path / "board", symlinks=True))
    parquet = SOURCE.replace("source: log", "source: cut").replace(".csv", ".parquet")
    nothing = SOURCE.replace("source: log", "source: none").replace("logs/", "nowhere/")
    rubric = """id: mine
title: Mine
source: this test
levels: [{level: 1, title: there, meaning: it is there}]
pillars: [{id: A, title: All, meaning: everything}]
milestones:
  - {id: t1, title: T, pillar: A, level: 1, method: auto, why: to see it,
     value: "no_such_fact", pass: value = 2, next_step: n}
"""
    put(root, {
        "logs/b-empty.csv": "", "logs/c-header.csv": "t,m,s,y\n", "logs/d-garbage.csv": bytes(range(256)) * 40,
        "logs/cut.parquet": b"PAR1" + bytes(100), "data/sources/cut.yml": parquet, "data/sources/none.yml": nothing,
        "reports/rubrics/mine.yml": rubric,
    })  # fmt: skip
    seen = run(capsys, root)
    assert seen.code == 0, seen.err
    api = root / "build" / "site" / "api"
    states = dict(line.split(",")[1::3][:2] for line in (api / "inputs.csv").read_text().splitlines()[1:])
    assert states["logs/a.csv"] == "read"
    assert {states[f"logs/{n}"] for n in ("b-empty.csv", "d-garbage.csv", "cut.parquet")} == {"set aside"}
    rubrics = json.loads((api / "maturity.json").read_text(encoding="utf-8"))["rubrics"]
    (mine,) = [r for r in rubrics if r["id"] == "mine"]
    assert mine["milestones"][0]["state"] == "error"
    assert "no_such_fact" in mine["milestones"][0]["evidence"]


@pytest.mark.parametrize("files", [{}, {"data/catalog/a.yml": "id: a\n"}, {"data/sources/log.yml": SOURCE}])
def test_a_workspace_without_data_is_published_and_says_so(tmp_path: Path, files: dict[str, str]) -> None:
    """A workspace.yml alone, a model without a log, a source without files: pages of words, no made-up numbers."""
    put(tmp_path, {"data/workspace.yml": WORKSPACE, **files})
    site = whole(tmp_path)
    assert "ot available" in (site / "index.html").read_text(encoding="utf-8")
    is_named = "no request has been logged" in (site / "operations.html").read_text(encoding="utf-8")
    assert is_named == ("data/catalog/a.yml" in files)


def test_a_first_day_that_has_not_come_is_published_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The night of the day before it has nothing to report, and says so."""
    put(tmp_path, {"data/workspace.yml": f"{WORKSPACE}first_day: 2199-01-01\n"})
    run_cache.copy_to(tmp_path / "build" / "cache")
    seen = run(capsys, tmp_path)
    assert seen.code == 0, seen.err
    assert "ot available" in (tmp_path / "build" / "site" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["nightly", "demo"])
def test_two_runs_never_write_one_workspace(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The second is refused at once with exit code 1, and writes nothing; the first is not disturbed."""
    monkeypatch.setattr("dagster_project.commands.demo.require_demo_models", lambda _: None)
    with sole_writer(root / "data" / "warehouse.duckdb"):
        seen = run(capsys, root, command)
    assert seen.code == 1
    assert "another run is writing this workspace" in seen.err
    assert not (root / "data" / "demo").exists()


def test_the_demo_is_not_written_into_a_workspace_of_ones_own(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its facts would be replaced: it is refused before anything is made."""
    put(root, {"data/facts/incidents/mine.jsonl": "{}"})
    seen = run(capsys, root, "demo")
    assert seen.code == 2
    assert "this is not the demo organization: it declares no model 'late-arrival'" in seen.err
    assert (root / "data/facts/incidents/mine.jsonl").exists()
    assert not (root / "data" / "demo").exists()


def test_a_full_disk_is_said_in_a_line(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster wraps the error that stops a step; the message still says what went wrong and where. Exit code 1."""
    put(root, {"data/catalog/a.yml": "id: m\ntitle: New\n"})
    refusal = OSError(errno.ENOSPC, "No space left on device", "/full/page.html")
    monkeypatch.setattr("dagster_project.pipeline.publish.render", raising(refusal))
    seen = run(capsys, root)
    assert seen.code == 1
    assert seen.err.strip().splitlines()[-1] == (
        "modelboard: No space left on device: /full/page.html; the last site stays as it was"
    )


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "/readonly/build"), "Permission denied: /readonly/build"),
        (pl.exceptions.ComputeError("parquet: IO error: No space left on device (os error 28)"),
         "No space left on device"),
    ],
)  # fmt: skip
def test_a_disk_that_refuses_is_said_in_whatever_words_a_library_wraps_it(
    root: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    refusal: Exception,
    said: str,
) -> None:
    """Polars calls a full disk a ComputeError; it is not reported as a fault of Modelboard."""
    monkeypatch.setattr("dagster_project.commands.night.run_job", raising(refusal))
    seen = run(capsys, root)
    assert seen.code == 1
    assert seen.err.strip().splitlines()[-1] == f"modelboard: {said}; the last site stays as it was"


def test_a_disk_that_refuses_the_notes_of_dagster_is_said_too(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster keeps its runs in SQLite and wraps SQLite's errors; the message names its folder, not a fault."""

    class WrappedError(Exception):
        orig = sqlite3.OperationalError("disk I/O error")

    refusal = WrappedError("(sqlite3.OperationalError) disk I/O error [SQL: SELECT ...]")
    monkeypatch.setattr("dagster_project.commands.night.prune_runs", raising(refusal))
    seen = run(capsys, root)
    assert seen.code == 1
    assert "data/dagster, where Dagster keeps its runs, cannot be written (disk I/O error)" in seen.err
    assert "a fault of Modelboard" not in seen.err


def test_an_error_nobody_foresaw_is_one_line_too(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is called a fault of Modelboard and names the variable that shows the traceback, which works."""

    fault = raising(ZeroDivisionError("division by zero"))
    monkeypatch.setattr("dagster_project.spec.loading.load_workspace", fault)
    seen = run(capsys, root, "check")
    assert seen.code == 1
    assert "a fault of Modelboard" in seen.err
    assert "MODELBOARD_TRACEBACK=1" in seen.err
    monkeypatch.setenv("MODELBOARD_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        main(["check", "--workspace", str(root)])
