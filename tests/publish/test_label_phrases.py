"""Sentences about labels."""

from __future__ import annotations

import datetime as dt

from dagster_project.publish import label_phrases as phrases
from dagster_project.publish.views import Row

NBSP = "\N{NO-BREAK SPACE}"
CELLS: list[Row] = [
    {"label": a, "predicted": b, "n": n, "total": 10}
    for a, b, n in (("x", "x", 5), ("x", "y", 3), ("y", "y", 2))
]
ERROR: Row = {"value": 0.1, "reason": "no target"}


def test_when_labels_come() -> None:
    """Some are there on the day; the others later, or all at once."""
    delay: Row = {"same_day": 0.9, "mature_after": 1, "arrived": 0.99, "labels": 100}
    assert (
        phrases.labels_arrived(delay, "28 days")
        == f"99.0{NBSP}% of the labels expected for the 28 days are due by now"
    )
    assert "or more after 1 day, as 100 labels" in phrases.labels_come(delay)
    assert "or more after" not in phrases.labels_come({**delay, "mature_after": None})


def test_what_happened_names_the_highest_day() -> None:
    """Shares are of positives, other labels are means."""
    outcome: Row = {"unit": "share", "peak": 0.5, "peak_day": dt.date(2025, 3, 3), "mean_reading": 0.2}
    assert phrases.happened_title(outcome) == f"What happened: most positives on 3 Mar 2025, 50.0{NBSP}%"
    assert phrases.happened_title({**outcome, "unit": "min"}).startswith("What happened: highest on")
    assert phrases.happened_description(outcome).startswith("Share of labelled requests")
    assert phrases.happened_description({**outcome, "unit": "min"}).startswith("Mean label")


def test_answers_that_came_true_are_counted_on_the_diagonal() -> None:
    """7 of 10; with or without scores."""
    right = f"70.0{NBSP}% of 10 labelled answers were right"
    assert phrases.answers_lead(CELLS, None) == right
    assert (
        phrases.answers_lead(CELLS, ERROR) == f"{right}; scores are off by 10.0 percentage points on average"
    )
    assert phrases.answers_lead([], ERROR) == "Scores are off by 10.0 percentage points on average"
    assert phrases.answers_lead([], None) == phrases.calibration_title(None)
    assert phrases.calibration_title(ERROR) == "Scores are off by 10.0 percentage points on average"
    assert phrases.calibration_description(ERROR, "28 days").endswith("what it says; no target.")
    assert phrases.calibration_description(None, "28 days").endswith("what it says.")
    assert phrases.calibration_description(None, "28 days", "binary").startswith(
        "Share of labels that were positive"
    )
    assert phrases.calibration_description(None, "28 days", "multiclass").startswith(
        "Share of answers that were right"
    )


def test_the_class_that_is_told_worst_is_named() -> None:
    """By F1; nothing is said of classes without one."""
    rows: list[Row] = [
        {"metric": "class_f1", "feature": name, "value": value} for name, value in (("a", 0.9), ("b", 0.5))
    ]
    assert phrases.classes_lead(rows) == f"Weakest of 2 classes: b, F1 50.0{NBSP}%"
    assert phrases.classes_lead([{**rows[0], "value": None}]) == "Not enough data for F1 of 1 class"


WORDS: Row = {
    "task": "binary", "source": "log", "wanted": "closed", "n": 3, "texts": ["ja", "nein"], "codes": None, "yes": None,
    "first_day": dt.date(2025, 3, 1), "last_day": dt.date(2025, 3, 3), "ids": None, "waiting": None,
}  # fmt: skip


def test_labels_in_words_are_told_with_their_number_and_the_task_they_do_not_fit() -> None:
    """For one day or several, with or without a declared task."""
    assert phrases.uncounted(WORDS) == (
        "3 labels arrived for requests of 1 Mar 2025 to 3 Mar 2025, but none can be used:"
        " they are words such as 'ja' and 'nein', and its task is binary"
    )
    one: Row = {**WORDS, "first_day": WORDS["last_day"], "task": None}
    assert "for requests of 3 Mar 2025, but" in phrases.uncounted(one)
    assert phrases.uncounted(one).endswith("no task is declared")


def test_what_makes_words_count_is_a_line_that_can_be_copied() -> None:
    """A column name that YAML would misread is quoted; a regression needs another column instead."""
    assert phrases.uncounted_mend(WORDS) == "say in its source log which of them mean yes"
    assert phrases.uncounted_example(WORDS) == "label: {column: closed, positive: ...}"
    odd: Row = {**WORDS, "wanted": "a: b"}
    assert phrases.uncounted_example(odd) == 'label: {column: "a: b", positive: ...}'
    regression: Row = {**WORDS, "task": "regression"}
    assert "declare task: multiclass" in phrases.uncounted_mend(regression)
    assert phrases.uncounted_example(regression) == ""


def test_labels_without_their_requests_are_told_with_an_id_of_each_side() -> None:
    """There is no line to copy: the ids must be made to agree."""
    astray: Row = {**WORDS, "n": 12, "texts": None, "ids": ["REQ-7"], "waiting": ["7"]}
    assert phrases.uncounted(astray) == (
        "12 labels arrived, but none can be used: their requests were not read, such as 'REQ-7';"
        " requests waiting for a label have ids such as '7'"
    )
    assert phrases.uncounted_mend(astray).startswith("map request_id in source log, or in the log,")
    assert phrases.uncounted_example(astray) == ""


def test_labels_that_are_never_a_yes_are_told_with_what_counts_as_one() -> None:
    """Whether nothing happened or the word is wrong, only its owner knows."""
    never: Row = {**WORDS, "n": 120, "texts": None, "yes": ["ja", "yes"]}
    assert phrases.uncounted(never) == (
        "120 labels arrived for requests of 1 Mar 2025 to 3 Mar 2025, but none is 'ja' or 'yes', which counts as yes"
    )
    assert phrases.uncounted_mend(never).startswith(
        "compare positive of the label in source log with the words"
    )
    assert phrases.uncounted_example(never) == ""


def test_labels_in_codes_are_told_with_the_line_that_says_which_mean_yes() -> None:
    """A precision of 100 % must not be believed."""
    coded: Row = {**WORDS, "texts": None, "codes": ["2", "1"]}
    assert phrases.uncounted(coded).endswith(
        "and every one counts as yes, being above 0.5: they are '2' and '1'"
    )
    assert phrases.uncounted_example(coded) == "label: {column: closed, positive: ...}"
