"""The replay command on the starter workspace."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from dagster_project.__main__ import cli
from dagster_project.starter import write_starter
from tests.nights import started

RULE = """title: Busy
meaning: Busy.
method: threshold
metrics: [requests]
direction: up
at: 1
open_after: 1
ask: Look.
"""


def test_it_says_what_a_rule_would_have_raised(tmp_path: Path) -> None:
    """One line per alert, then the comparison; one JSON object each with --json."""
    root = started(tmp_path / "board")
    (tmp_path / "busy.yml").write_text(RULE, encoding="utf-8")
    words = ["replay", "--rule", str(tmp_path / "busy.yml"), "--workspace", str(root)]
    said = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert said.exit_code == 0
    assert "1 alert, 0 more grouped under others; 1 not judged." in said.output
    lines = CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=False).output.splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert [e["event"] for e in events if e["event"] != "progress"] == ["alert", "replayed"]


def test_a_wrong_rule_is_refused_with_file_and_key(tmp_path: Path) -> None:
    """The error names the file, the line and the key."""
    root = tmp_path / "board"
    write_starter(root)
    (tmp_path / "busy.yml").write_text(RULE.replace("requests", "reqests"), encoding="utf-8")
    said = CliRunner().invoke(cli, ["replay", "--rule", str(tmp_path / "busy.yml"), "-w", str(root)])
    assert "busy.yml:4: metrics[0]: no metric 'reqests'" in str(said.exception)
