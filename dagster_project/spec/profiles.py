"""Read and validate the training profiles that references name. In: the catalog. Out: profiles by path.

Called by `loading`. A profile is JSON, which YAML includes, so mistakes are reported with their line as
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.base import KeyPath
from dagster_project.spec.catalog import Model
from dagster_project.spec.entry import Entry, read_entry
from dagster_project.spec.files import Shelf
from dagster_project.spec.reference import Profile
from dagster_project.spec.yamlfile import parse_yaml


def read_profiles(shelf: Shelf, models: Iterable[Entry[Model]]) -> tuple[dict[str, Profile], list[Problem]]:
    """Return the profiles by path below data/, and everything wrong with them or with their paths."""
    profiles: dict[str, Profile] = {}
    problems: list[Problem] = []
    for entry, key, path in _named(models):
        if path in profiles:
            continue
        found = shelf.single(f"data/{path}")
        if found is None:
            problems.append(entry.problem(key, f"no file data/{path}"))
            continue
        try:
            profiles[path] = read_entry(parse_yaml(shelf.text(found), found.name), Profile).value
        except WorkspaceError as error:
            problems += error.problems
    return profiles, problems


def _named(models: Iterable[Entry[Model]]) -> Iterator[tuple[Entry[Model], KeyPath, str]]:
    """Every profile that a model or a version names, with its place."""
    for entry in models:
        if entry.value.reference and entry.value.reference.profile:
            yield entry, ("reference", "profile"), entry.value.reference.profile
        for position, note in enumerate(entry.value.versions):
            if note.reference and note.reference.profile:
                yield entry, ("versions", position, "reference", "profile"), note.reference.profile
