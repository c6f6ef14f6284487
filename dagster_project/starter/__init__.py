"""The workspace that `modelboard init` writes: commented files, schemas for editors, and a log to try them on.

In: an empty folder. Out: the files in it, the same bytes every time. The texts are in `files/`.
"""

from __future__ import annotations

import json
from pathlib import Path

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.schemas import schemas
from dagster_project.starter.log import example_log

LOG = "data/logs/parcels.csv"
SCHEMAS_USED = ("alerts", "attestations", "catalog", "playbook", "source", "targets", "workspace")
MAY_BE_THERE = frozenset({".git"})


def write_starter(directory: Path) -> list[Path]:
    """Write the starter into `directory` (made if necessary) and return the files, sorted.

    Raises WorkspaceError if the folder holds anything but `.git`: nothing is ever overwritten.
    """
    _refuse_occupied(directory)
    written = []
    for name, text in sorted(_texts().items()):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
        written.append(path)
    return written


def _refuse_occupied(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise WorkspaceError([Problem(str(directory), None, "", "is a file; expected a folder")])
    there = sorted(path.name for path in directory.iterdir()) if directory.exists() else []
    in_the_way = [name for name in there if name not in MAY_BE_THERE]
    if in_the_way:
        message = f"is not empty (it holds {in_the_way[0]}); choose a new or an empty folder"
        raise WorkspaceError([Problem(str(directory), None, "", message)])


def _texts() -> dict[str, str]:
    """Relative path -> content."""
    folder = Path(__file__).parent / "files"
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    texts[".gitignore"] = texts.pop("gitignore")
    texts[LOG] = example_log()
    known = schemas()
    for name in SCHEMAS_USED:
        texts[f"schemas/{name}.json"] = json.dumps(known[name], indent=2, sort_keys=True) + "\n"
    return texts
