"""`reports/playbook/*.yml`: the checklist's questions; `data/playbook.yml`: the organization's answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dagster_project.spec.base import Day, Input, Name, Text


class Question(Input):
    """One item of the checklist."""

    id: Name
    question: Text
    help: Text | None = None
    """What a good answer contains."""
    value: Text | None = None
    """SQL expression over named facts: an item the data can answer."""
    done: Text | None = None
    """SQL condition on `value`: true when the data show the item done."""
    answer: Text | None = None
    """A sentence; {fact} is replaced by the fact's value."""
    link: Name | None = None
    """Page of the site that shows it, such as operations.html."""


class Section(Input):
    """One foundation with its questions: one file."""

    id: Name
    title: Name
    meaning: Text
    order: int = Field(default=100)
    questions: tuple[Question, ...]


class Answer(Input):
    """What the organization says about one item."""

    item: Name
    answer: Text | None = None
    owner: Name | None = None
    status: Literal["open", "in progress", "done", "not applicable"] = "open"
    due: Day | None = None
    evidence: Text | None = None
    reviewed: Day | None = None


class Answers(Input):
    """The whole of `data/playbook.yml`."""

    answers: tuple[Answer, ...] = ()
