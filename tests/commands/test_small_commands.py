"""init, schema, doctor, serve: the commands without a night."""

from __future__ import annotations

import json
import threading
import urllib.request
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from dagster_project.__main__ import cli
from dagster_project.commands.doctor import examine, existing_parent
from dagster_project.core.errors import ModelboardError


def run(*words: str) -> Result:
    """Invoke the command line in this process."""
    return CliRunner().invoke(cli, list(words), catch_exceptions=False, standalone_mode=False)


def test_init_writes_a_workspace_that_checks(tmp_path: Path) -> None:
    """`check` finds nothing wrong in what `init` wrote; the command it names takes a folder with a blank."""
    board = str(tmp_path / "my board")
    assert run("init", board).output.endswith(f"Next: modelboard nightly --workspace '{board}'\n")
    assert "No problems: 1 model, 1 source, " in run("check", "-w", board).output


def test_check_says_what_a_night_would_not_read_and_succeeds(tmp_path: Path) -> None:
    """Logs may come later than the files that describe them."""
    run("init", str(tmp_path / "board"))
    (tmp_path / "board" / "data" / "logs" / "parcels.csv").unlink()
    done = run("check", "-w", str(tmp_path / "board"))
    assert done.stderr == "modelboard: source parcel-requests: no file matches data/logs/*.csv\n"
    assert done.stdout.startswith("No problems: ")


def test_init_refuses_a_folder_with_content(tmp_path: Path) -> None:
    """Nothing of a user's is overwritten."""
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(ModelboardError):
        run("init", str(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_check_answers_in_json(tmp_path: Path) -> None:
    """One JSON object with the counts."""
    run("init", str(tmp_path / "board"))
    record = json.loads(run("check", "--json", "-w", str(tmp_path / "board")).output)
    assert record["event"] == "checked"
    assert record["models"] == 1


def test_schemas_are_written_one_a_kind(tmp_path: Path) -> None:
    """Editors find them by name."""
    run("schema", str(tmp_path))
    names = {p.stem for p in tmp_path.glob("*.json")}
    assert {"workspace", "catalog", "source", "targets", "playbook", "rubric"} <= names
    assert json.loads((tmp_path / "source.json").read_text(encoding="utf-8"))["$schema"].endswith(
        "2020-12/schema"
    )


def test_doctor_finds_this_machine_fit(tmp_path: Path) -> None:
    """The machine that runs the tests has everything that is needed."""
    findings = list(examine(tmp_path / "not" / "there"))
    assert [f for f in findings if f.state == "missing"] == []
    disk = next(f.detail for f in findings if f.what == "disk")
    assert disk.endswith(" MB free (more than 2048 is needed)")
    assert existing_parent(tmp_path / "not" / "there") == tmp_path


def test_serving_nothing_says_what_to_run_first(tmp_path: Path) -> None:
    """If there is no site yet, the command that makes one is named."""
    with pytest.raises(ModelboardError, match="modelboard nightly"):
        run("serve", "-w", str(tmp_path))


def test_the_site_is_served_on_loopback_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page arrives, from 127.0.0.1."""
    import http.server

    site = tmp_path / "build" / "site"
    site.mkdir(parents=True)
    (site / "index.html").write_text("hello", encoding="utf-8")
    seen: list[tuple[str, int]] = []

    def once(self: http.server.ThreadingHTTPServer) -> None:
        host, port = str(self.server_address[0]), int(self.server_address[1])
        seen.append((host, port))
        worker = threading.Thread(target=self.handle_request)
        worker.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert answer.read() == b"hello"
        worker.join()

    monkeypatch.setattr(http.server.ThreadingHTTPServer, "serve_forever", once)
    run("serve", "-w", str(tmp_path), "--port", "0")
    assert seen[0][0] == "127.0.0.1"


def test_an_unknown_command_is_a_usage_error() -> None:
    """The error is click's usage error, without a traceback."""
    with pytest.raises(click.UsageError):
        run("nightley")
