"""Find and read a workspace's files. In: the workspace's root and the built-in root. Out: texts and digests.

Overlay rule: a file of the workspace's `reports/` replaces the built-in file of the same relative path;
`data/` comes from the workspace alone. Called by `loading` and `reading`.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from dagster_project.core.errors import Problem, WorkspaceError

BUILTIN = "builtin:"
"""Prefix of the name of a file that comes with Modelboard, and so is not in the workspace."""
SAVE = "save it with the encoding UTF-8"
WIDE = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
"""Byte order marks, longer ones first, because that of UTF-32 begins like that of UTF-16."""
SQL_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read; `name` is its path relative to the workspace, or to the built-in root after 'builtin:'."""

    name: str
    path: Path


@dataclass(slots=True)
class Shelf:
    """The two roots, and the SHA-256 of every file read from them so far."""

    root: Path
    builtin: Path
    digests: dict[str, str] = field(default_factory=dict)

    def own(self, folder: str, *suffixes: str) -> list[Found]:
        """Return the workspace's files below a folder, by name, without hidden ones."""
        found = _listed(self.root, folder, suffixes)
        return [Found(name, path) for name, path in sorted(found.items())]

    def overlaid(self, folder: str, *suffixes: str) -> list[Found]:
        """Return the same, plus the built-in files that the workspace does not override."""
        own = _listed(self.root, folder, suffixes)
        builtin = {} if self._is_builtin() else _listed(self.builtin, folder, suffixes)
        chosen = {name: Found(BUILTIN + name, path) for name, path in builtin.items()}
        chosen |= {name: Found(name, path) for name, path in own.items()}
        return [chosen[name] for name in sorted(chosen)]

    def single(self, name: str) -> Found | None:
        """Return one file of the workspace, if it exists."""
        path = self.root / name
        return Found(name, path) if path.is_file() else None

    def text(self, found: Found) -> str:
        """Return the file's text (UTF-8, with or without a byte order mark), and record its digest."""
        try:
            content = found.path.read_bytes()
        except OSError as error:
            raise WorkspaceError(
                [Problem(found.name, None, "", f"cannot be read: {error.strerror}")]
            ) from error
        self.digests[found.name] = hashlib.sha256(content).hexdigest()
        wide = _wide_encoding(content)
        if wide:
            raise WorkspaceError([Problem(found.name, None, "", f"is {wide} text; {SAVE}")])
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            byte = content[error.start : error.start + 1]
            meant = f"byte 0x{byte.hex().upper()}, which is {byte.decode('latin-1')!r} in Latin-1"
            raise WorkspaceError(
                [Problem(found.name, line, "", f"is not UTF-8 text ({meant}); {SAVE}")]
            ) from error

    def _is_builtin(self) -> bool:
        return self.root.resolve() == self.builtin.resolve()


def _wide_encoding(content: bytes) -> str:
    """The name of the multi-byte encoding that a text seems to have; '' if none."""
    for mark, name in WIDE:
        if content.startswith(mark):
            return name
    start = content[:2]
    return "UTF-16" if len(start) == 2 and start.count(0) == 1 else ""


def _listed(root: Path, folder: str, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Relative name -> path of the files below root/folder that end in one of the suffixes.

    Raises WorkspaceError if a folder cannot be listed: its declarations would silently vanish.
    """

    def refuse(error: OSError) -> None:
        closed = Path(str(error.filename)).relative_to(root).as_posix()
        raise WorkspaceError([Problem(closed, None, "", f"cannot be opened: {error.strerror}")]) from error

    if not (root / folder).is_dir():
        return {}
    paths = (Path(top, name) for top, _, names in os.walk(root / folder, onerror=refuse) for name in names)
    found = {
        path.relative_to(root).as_posix(): path
        for path in paths
        if path.suffix in suffixes and path.is_file()
    }
    return {
        name: path
        for name, path in found.items()
        if not any(part.startswith(".") for part in name.split("/"))
    }


def checked_id(
    found: Found,
    name: str,
    rule: re.Pattern[str] = SQL_NAME,
    words: str = "a-z, 0-9 and _, a letter first",
) -> str:
    """Return a file's name if it is a valid id. Raises WorkspaceError otherwise; `words` state the rule."""
    if not rule.fullmatch(name):
        message = f"the file's name becomes an id; expected only {words}, found {name!r}"
        raise WorkspaceError([Problem(found.name, None, "", message)])
    return name
