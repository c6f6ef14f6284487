"""All errors that Modelboard raises on purpose, in any layer; the command line maps them to exit codes.

ModelboardError
├── WorkspaceError     a user's file is wrong: carries every Problem found (exit code 2)
├── SourceError        a source file cannot be read: the file is set aside, the night goes on
├── QueryError         the database refused a statement, such as a user's own (exit code 1)
│   └── MemoryShareError   the statement needs more memory than the database may take
├── LedgerError        rows read != accepted + rejected + duplicate: the night stops (exit code 3)
├── CheckError         a blocking check failed: nothing is published (exit code 3)
└── PublishError       the site could not be built from good data (exit code 1)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a user's file: where it is, what was expected, what to do."""

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ModelboardError(Exception):
    """Base of all errors raised on purpose; its text can be shown to users."""


class WorkspaceError(ModelboardError):
    """One or more of the workspace's files are wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in problems))


class SourceError(ModelboardError):
    """A source file cannot be read at all; `reason` says why in one line."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class QueryError(ModelboardError):
    """The database refused a statement: its message in one line. `line` is that of the statement, from 1."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.line = line
        super().__init__(reason)

    def in_file(self, file: str, first_line: int = 1) -> Problem:
        """Return the problem to report if the statement begins on `first_line` of a user's file."""
        return Problem(file, None if self.line is None else first_line + self.line - 1, "", str(self))


class MemoryShareError(QueryError):
    """The statement needs more memory than the database may take; a larger share may help."""


class LedgerError(ModelboardError):
    """The ledger does not balance: a row was lost or counted twice."""


class CheckError(ModelboardError):
    """A blocking check failed; the published site stays as it was."""


class PublishError(ModelboardError):
    """The site could not be built."""
