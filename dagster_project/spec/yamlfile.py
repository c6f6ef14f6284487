"""Parse YAML text into plain data with line numbers. In: text. Out: a Document, or every Problem found.

A plain scalar stays the text that was written; the field that receives it decides whether it is a number, a
day or a boolean. Thus `version: 1.10`, `id: 007` and `answer: no` mean what they say, while PyYAML's own
constructor (YAML 1.1) would turn them into 1.1, 7 and false. Keys are text, too. Called by `reading`,
`profiles` and `statementfile`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import yaml

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.base import KeyPath

MAX_DEPTH = 50
MAX_VALUES = 500_000
"""Most values in one file, counting every use of an anchor; a few lines of nested anchors can mean
billions."""
TAG = "tag:yaml.org,2002:"
TEXT_TAGS = frozenset({None, "!"} | {TAG + kind for kind in ("str", "int", "float", "bool", "timestamp")})
COLLECTION_TAGS = frozenset({None, "!", TAG + "map", TAG + "seq"})
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
VALUE_EVENTS = (yaml.ScalarEvent, yaml.AliasEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent)
HINTS = (
    (
        "mapping values are not allowed",
        "a text that holds ': ' needs quotes, and keys of one level the same indent",
    ),
    ("cannot start any token", "a text that starts with this character needs quotes"),
    ("could not find expected ':'", "a key needs ': ' after it"),
    (
        "did not find expected",
        "look for an indent, a bracket or a quote that does not match, here or just above",
    ),
    (
        "invalid Unicode character escape",
        "YAML knows no pairs such as \\ud83d\\ude00; write the character itself, or \\U0001F600",
    ),
    (
        "unknown escape character",
        "in double quotes \\ begins an escape; put the text in single quotes, or write \\\\",
    ),
    ("while scanning a quoted scalar", "a quote is not closed"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """The contents of a file: plain data (dict, list, str, None), and the 1-based line of every key path."""

    file: str
    data: object
    lines: dict[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a path, or of the innermost value around it that is in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def problem(self, path: KeyPath, message: str) -> Problem:
        """Return a problem at a path of this file."""
        return Problem(self.file, self.line(path), key_text(path), message)


def key_text(path: KeyPath) -> str:
    """Return a path as people write it: models[2].id."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def parse_yaml(text: str, file: str, first_line: int = 1) -> Document:
    """Read one YAML document whose text starts on line `first_line` of `file`; empty text gives None as data.

    Raises WorkspaceError with every duplicate key, cycle and unknown tag up to the first syntax error.
    """
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    builder = _Builder(file, first_line, events)
    try:
        data = builder.document()
    except yaml.YAMLError as error:
        syntax = _syntax_problem(error, text, file, first_line)
        raise WorkspaceError([*builder.problems, syntax]) from error
    if builder.problems:
        raise WorkspaceError(builder.problems)
    return Document(file, data, builder.lines)


def _syntax_problem(error: yaml.YAMLError, text: str, file: str, first_line: int) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        last = text.rstrip().count("\n")  # at the end of a file libyaml points below its last line
        line = first_line + min(mark.line, last) if mark else None
        said = " ".join(part for part in (error.context, error.problem) if part)
        hint = next((f"; {advice}" for sign, advice in HINTS if sign in said), "")
        if mark and _is_tab(text, mark.line, mark.column):
            hint = "; indent with spaces, not with tabs"
        return Problem(file, line, "", f"not valid YAML: {(error.problem or said)}{hint}")
    position = getattr(error, "position", None)
    line = first_line + text[:position].count("\n") if isinstance(position, int) else None
    return Problem(file, line, "", "holds a control character that YAML does not allow; remove it")


def _is_tab(text: str, line: int, column: int) -> bool:
    lines = text.split("\n")
    return line < len(lines) and lines[line][column : column + 1] == "\t"


class _Open:
    """Marks an anchored list or mapping that has not ended yet; an alias to it is a cycle."""


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A value that aliases may repeat, and how many values it contains."""

    data: object
    size: int


@dataclass(slots=True)
class _Builder:
    """Turns the parser's events into data in one pass, collecting lines and problems on the way."""

    file: str
    first_line: int
    events: Iterator[yaml.Event]
    lines: dict[KeyPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Anchored | _Open] = field(default_factory=dict)
    depth: int = 0
    count: int = 0

    def document(self) -> object:
        """Return the data of the only document; None if there is none."""
        self.lines[()] = self.first_line
        data, documents = None, 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._report(
                        event, (), "a second document begins; one file holds one, remove the second '---'"
                    )
            elif isinstance(event, VALUE_EVENTS) and documents == 1:
                self.lines[()] = self._line(event)
                data = self._value(event, ())
        return data

    def _value(self, event: yaml.NodeEvent, path: KeyPath) -> object:
        """The value that begins with this event; consumes the events up to its end."""
        self.lines.setdefault(path, self._line(event))
        self._count(event, 1)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            return self._repeated(event, path)
        before = self.count
        if event.anchor is not None:
            self.anchors[event.anchor] = _Open()
        data = (
            self._scalar(event, path)
            if isinstance(event, yaml.ScalarEvent)
            else self._collection(event, path)
        )
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(data, self.count - before + 1)
        return data

    def _next(self) -> yaml.NodeEvent:
        """The next event inside a list or mapping: a value, or its end, which has no anchor."""
        return cast("yaml.NodeEvent", next(self.events))

    def _line(self, event: yaml.Event) -> int:
        mark = event.start_mark
        return self.first_line + (mark.line if mark else 0)

    def _report(self, event: yaml.Event, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(self.file, self._line(event), key_text(path), message))

    def _count(self, event: yaml.Event, size: int) -> None:
        self.count += size
        if self.count > MAX_VALUES:
            self._report(event, (), f"more than {MAX_VALUES:,} values, each use of an anchor counted")
            raise WorkspaceError(self.problems)

    def _repeated(self, event: yaml.NodeEvent, path: KeyPath) -> object:
        anchored = self.anchors.get(str(event.anchor))
        if isinstance(anchored, _Anchored):
            self._count(event, anchored.size)
            return anchored.data
        if anchored is None:
            self._report(
                event, path, f"no anchor &{event.anchor} before; a text that starts with * needs quotes"
            )
        else:
            self._report(event, path, f"anchor &{event.anchor} holds itself (a cycle); write the values out")
        return None

    def _scalar(self, event: yaml.ScalarEvent, path: KeyPath) -> str | None:
        plain = event.tag is None and event.implicit[0]
        if event.tag == TAG + "null" or (plain and event.value in NULLS):
            return None
        if event.tag not in TEXT_TAGS:
            self._report(event, path, f"the tag {event.tag} is not known here; write plain text or a number")
        return str(event.value)

    def _collection(self, event: yaml.CollectionStartEvent, path: KeyPath) -> object:
        if event.tag not in COLLECTION_TAGS:
            self._report(event, path, f"the tag {event.tag} is not known here; write a plain mapping or list")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._report(event, path[:1], f"more than {MAX_DEPTH} levels deep")
            raise WorkspaceError(self.problems)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        data = self._mapping(path) if is_mapping else self._sequence(path)
        self.depth -= 1
        return data

    def _sequence(self, path: KeyPath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, object]:
        own: dict[str, object] = {}
        merged: dict[str, object] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._report(event, path, "expected a key that is plain text")
                self._value(event, path)
                self._value(self._next(), path)
            elif event.value == "<<" and event.implicit[0]:
                merged = {**self._merged(path), **merged}
            else:
                self._entry(event, path, own)
        return {**merged, **own}

    def _entry(self, event: yaml.ScalarEvent, path: KeyPath, own: dict[str, object]) -> None:
        """One key with its value; keys are text, whatever they look like."""
        key = str(event.value)
        place = (*path, key)
        if key in own:
            self._report(event, place, f"this key appears twice; the first is on line {self.lines[place]}")
        else:
            self.lines[place] = self._line(event)
        value = self._value(self._next(), place)
        own.setdefault(key, value)

    def _merged(self, path: KeyPath) -> dict[str, object]:
        """What `<<: *anchor` adds; the first of several mappings takes precedence, and own keys over all."""
        event = self._next()
        value = self._value(event, path)
        merged: dict[str, object] = {}
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                merged = {**part, **merged}
            else:
                self._report(event, path, "expected a mapping, or a list of them, after <<")
        return merged
