"""Compiled templates: kept by name and by the versions that compiled them, never used for a text that changed."""

from __future__ import annotations

from pathlib import Path

from jinja2 import DictLoader, Environment, FileSystemLoader
from mkdocs.theme import Theme

from dagster_project.publish.compiled import ByName, Shown, compiled_folder
from tests.publish.sample import build_sample


def rendered(text: str, folder: Path) -> str:
    """A template of one name and this text."""
    kept = ByName(str(folder), "%s")
    return Environment(
        loader=DictLoader({"main.html": text}), bytecode_cache=kept, autoescape=True
    ).get_template("main.html").render()  # fmt: skip


def test_a_template_is_kept_by_name_and_its_own_text_counts(tmp_path: Path) -> None:
    """One file however often it changes; older code is never run in its place."""
    assert [rendered(text, tmp_path) for text in ("one", "one", "two")] == ["one", "one", "two"]
    assert len(list(tmp_path.iterdir())) == 1


def test_what_others_compiled_goes(tmp_path: Path) -> None:
    """With another version, compiling starts again; other kinds of templates stay."""
    other = compiled_folder(tmp_path, "templates", "1")
    first = compiled_folder(tmp_path, "theme", "1")
    assert compiled_folder(tmp_path, "theme", "1") == first
    second = compiled_folder(tmp_path, "theme", "2")
    assert sorted(tmp_path.iterdir()) == sorted([other, second])


def test_the_theme_is_compiled_once_for_all_builds(tmp_path: Path, cache: Path) -> None:
    """MkDocs works in a new folder each time, but compiled templates are still used."""
    build_sample(tmp_path / "a", cache, rows=5)
    (folder,) = cache.glob("theme-*")
    compiled = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    build_sample(tmp_path / "b", cache, rows=5)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == compiled
    assert len(compiled) > 10


def test_only_hidden_templates_are_not_listed_and_those_can_be_asked_for() -> None:
    """None of Material's thousands of icons is listed, but one that a page names can be loaded."""
    folders = Theme("material").dirs
    listed = FileSystemLoader(folders).list_templates()
    assert Shown(folders).list_templates() == [n for n in listed if not n.startswith(".")]
    icon = next(name for name in listed if name.startswith("."))
    assert Environment(loader=Shown(folders), autoescape=True).get_template(icon).render()
