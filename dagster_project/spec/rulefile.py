"""Read one file of `reports/rules`, or a rule to try from anywhere. In: a file. Out: a rule with its id.

Called by `reading`, `loading` and the command `replay`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.crosscheck_alerts import metric_problems, rule_id
from dagster_project.spec.entry import Entry, read_entry
from dagster_project.spec.files import Found, Shelf, checked_id
from dagster_project.spec.rule import Rule, RuleFile
from dagster_project.spec.yamlfile import parse_yaml


def read_rule(shelf: Shelf, found: Found) -> Entry[Rule]:
    """Read the rule of one file. Raises WorkspaceError with everything wrong in it."""
    checked_id(found, found.path.stem)
    return read_entry(parse_yaml(shelf.text(found), found.name), Rule)


def as_rule_file(entry: Entry[Rule]) -> RuleFile:
    """Return the rule with its id and file."""
    return RuleFile(rule_id(entry), entry.value, entry.document.file)


def load_rule(path: Path, metrics: Collection[str]) -> RuleFile:
    """Read a rule from any file, as if it were in the workspace's reports/rules. Raises WorkspaceError."""
    entry = read_rule(Shelf(path.parent, path.parent), Found(path.name, path))
    problems = metric_problems(entry, metrics)
    if problems:
        raise WorkspaceError(problems)
    return as_rule_file(entry)
