"""The README's ten minutes, run exactly as written there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import run_cache

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"<!-- tested(?:: (?P<file>\S+))? -->\n```\w+\n(?P<body>.*?)```", re.DOTALL)


def marked_blocks() -> list[tuple[str | None, str]]:
    """(file to write or None for shell, text) of every block marked as tested."""
    return [(m["file"], m["body"]) for m in BLOCK.finditer(README.read_text(encoding="utf-8"))]


@pytest.mark.slow
def test_the_readme_makes_a_page_of_a_log(tmp_path: Path) -> None:
    """Every marked block, in order, in an empty folder: the model has a page and its requests are counted exactly.

    Font and chart library are put into the folder that `init` makes, as a second night would find them.
    """
    shared = tmp_path / "shared"
    run_cache.copy_to(shared)
    script = ["set -e", f'modelboard() {{ "{sys.executable}" -m dagster_project "$@"; }}']
    for file, body in marked_blocks():
        script.append(body if file is None else f"cat > {file} <<'YAML'\n{body}YAML")
    script.insert(-1, f'mkdir -p build && cp -r "{shared}" build/cache')
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(README.parent)}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    api = tmp_path / "board" / "build" / "site" / "api"
    model = json.loads((api / "models" / "ticket-reopens.json").read_text(encoding="utf-8"))
    assert model["title"] == "Ticket will be reopened"
    ledger = json.loads((api / "ledger.json").read_text(encoding="utf-8"))
    tickets = [row for row in ledger["sources"] if row["source"] == "tickets"]
    assert [row["accepted"] for row in tickets] == [4320]


def test_the_readmes_files_are_short() -> None:
    """A stranger's model takes a catalog file and a source file of at most 15 lines each."""
    files = [body for file, body in marked_blocks() if file]
    assert len(files) == 2
    assert all(len(body.splitlines()) <= 15 for body in files)
