"""The SQL that stages keep beside the schema, read by name. Called by `catalog`, `mature` and `score_asked`."""

from __future__ import annotations

from importlib.resources import files


def statement(name: str) -> str:
    """The text of `dagster_project/store/<name>.sql`."""
    return (files("dagster_project.store") / f"{name}.sql").read_text(encoding="utf-8")
