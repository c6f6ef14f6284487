"""The rules of the code base, checked on the imports and the files themselves."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "dagster_project"
MAY_IMPORT = {
    "core": {"core"},
    "spec": {"core", "spec"},
    "readers": {"core", "spec", "readers"},
    "store": {"core", "spec", "store"},
    "publish": {"core", "spec", "publish"},
    "starter": {"core", "spec", "starter"},
    "pipeline": {"core", "spec", "readers", "store", "publish", "pipeline"},
    "demo": {"core", "spec", "demo"},
    "defs": {"core", "spec", "store", "pipeline", "defs"},
    "commands": {"core", "spec", "store", "pipeline", "defs", "commands", "demo", "starter"},
}
ONLY_IN = {
    "duckdb": {"store"},
    "altair": {"publish"},
    "jinja2": {"publish"},
    "mkdocs": {"publish"},
    "nh3": {"publish"},
    "vl_convert": {"publish"},
    "dagster": {"defs", "definitions", "commands"},
    "sklearn": {"demo"},
}
HANDS_THE_DAY_TO_MKDOCS = {"publish/theme.py"}  # MkDocs takes the day of the build only from the environment
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """The layer of a module: its folder, or its own name at the top."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


@cache
def tree_of(path: Path) -> ast.Module:
    """A module, parsed once for all rules."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> set[str]:
    """Dotted names of everything a module imports, wherever it does so."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    """A layer imports only itself and the layers below it."""
    room = room_of(path)
    allowed = MAY_IMPORT.get(room)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "dagster_project" and len(parts) > 1 and allowed is not None:
            assert parts[1] in allowed, f"{room} may not import {name}"
        if parts[0] in ONLY_IN:
            assert room in ONLY_IN[parts[0]], f"{room} may not import {name}"


def test_every_room_is_known() -> None:
    """A new folder of the package must be given its place in the layers."""
    rooms = {p.name for p in PACKAGE.iterdir() if p.is_dir() and any(p.glob("*.py"))}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_stay_readable(path: Path) -> None:
    """No module is longer than 300 lines, and each says in its docstring what it holds."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert ast.get_docstring(tree_of(path)), "the module has no docstring"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_clock_is_read_only_at_the_door(path: Path) -> None:
    """Below the command line, time and environment are parameters."""
    relative = path.relative_to(PACKAGE).as_posix()
    if (
        room_of(path) in {"__main__", "commands", "definitions", "demo"}
        or relative in HANDS_THE_DAY_TO_MKDOCS
    ):
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "environ", "getenv"}:
            pytest.fail(f"line {node.lineno} reads {node.attr}")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_the_store_knows_the_connection(path: Path) -> None:
    """All others ask the warehouse, which turns errors of the database into words that a user can act on."""
    if room_of(path) != "store":
        named = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.Attribute)]
        assert not [n.lineno for n in named if n.attr == "connection"]
