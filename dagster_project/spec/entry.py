"""A validated mapping and the place it comes from. In: Documents. Out: entries, or every Problem.

Called by `reading`; `crosscheck` asks entries for the place of each problem.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.base import KeyPath, did_you_mean, found
from dagster_project.spec.wording import explain
from dagster_project.spec.yamlfile import Document

T = TypeVar("T", covariant=True)
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A value with the file and the 1-based line where it is written."""

    value: T
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A value together with its document."""

    value: T
    document: Document
    path: KeyPath = ()

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return a problem at a key below this entry."""
        return self.document.problem(self.path + path, message)

    def place(self, path: KeyPath) -> str:
        """Return the place of a key below this entry, as `file:line`."""
        return f"{self.document.file}:{self.document.line(self.path + path)}"

    def unknown(
        self, what: str, key: str, names: Sequence[str], known: Collection[str], where: str = "is declared"
    ) -> list[Problem]:
        """Return a problem at each unknown one of the names, a list below `key`."""
        return [
            self.problem((key, position), f"no {what} {name!r} {where}{did_you_mean(name, known)}")
            for position, name in enumerate(names)
            if name not in known
        ]

    def placed(self) -> Placed[T]:
        """Return the value and its place, without the document."""
        return Placed(self.value, self.document.file, self.document.line(self.path) or 1)


def read_entry(document: Document, model: type[M], path: KeyPath = ()) -> Entry[M]:
    """Read the mapping at `path` as a model. Raises WorkspaceError with everything wrong in it."""
    data = document.data
    for part in path:
        data = data[part]  # type: ignore[index]  # the caller has already followed this path
    if not isinstance(data, dict):
        said = "the file is empty; " if data is None and not path else ""
        message = f"{said}expected a mapping (key: value), found {found(data)}"
        raise WorkspaceError([document.problem(path, message)])
    try:
        return Entry(model.model_validate(data), document, path)
    except ValidationError as error:
        raise WorkspaceError(explain(error, model, document, path)) from error
