"""Names that appear twice, references to nothing and circles are found between files."""

from __future__ import annotations

import pytest

from tests.spec.conftest import SOURCE, Check


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "data/targets.yml",
            "targets:\n  - {metric: x, good: 1, poor: 2}\n",
            "data/targets.yml:2: targets[0].metric: no",
        ),
        (
            "data/targets.yml",
            "targets:\n  - metric: error_share\n    models: [a]\n    good: 0\n    poor: 1\n",
            "data/targets.yml:3: targets[0].models[0]: no model 'a' is declared",
        ),
        (
            "data/targets.yml",
            "targets:\n  - metric: error_share\n    teams: [T]\n    good: 0\n    poor: 1\n",
            "data/targets.yml:3: targets[0].teams[0]: no team 'T' is declared",
        ),
        (
            "data/playbook.yml",
            "answers:\n  - item: O9\n",
            "data/playbook.yml:2: answers[0].item: no question 'O9'",
        ),
        (
            "data/playbook.yml",
            "answers:\n  - item: O1\n  - item: O1\n",
            "data/playbook.yml:3: answers[1].item: answer to 'O1' appears twice; the first is in data/playbook.yml:2",
        ),
        (
            "data/attestations.yml",
            "attestations:\n  - {rubric: levels, milestone: ownd, role: Head, date: 2025-01-01, evidence: e}\n",
            "data/attestations.yml:2: attestations[0].milestone: no milestone 'ownd' in rubric 'levels', did you mean",
        ),
        (
            "data/attestations.yml",
            "waivers:\n  - {rubric: x, milestone: m, reason: r, owner: o, approved_by: a, expires: 2025-01-01}\n",
            "data/attestations.yml:2: waivers[0].rubric: no rubric 'x'",
        ),
        (
            "data/attestations.yml",
            (
                "waivers:\n  - {rubric: x, milestone: m, reason: r, owner: o, approved_by: a,\n"
                "     since: 2025-01-02, expires: 2025-01-01}\n"
            ),
            "data/attestations.yml:3: waivers[0].expires: expires 2025-01-01 is before since 2025-01-02",
        ),
        (
            "data/attestations.yml",
            "attestations:\n - {rubric: levels, milestone: owned, subject: T, role: r, date: 2025-01-01, evidence: e}",
            "data/attestations.yml:2: attestations[0].subject: rubric 'levels' is about the organization",
        ),
        (
            "reports/pages/a.md",
            "---\ntitle: A\nfor_each: x\n---\nx\n",
            "reports/pages/a.md: for_each: no view 'x'",
        ),
    ],
)
def test_each_mistake_is_one_problem_with_file_line_and_key(
    problems: Check, name: str, content: str | bytes, expected: str
) -> None:
    """One mistake in a file gives exactly one problem, at its place, in words."""
    found = problems({name: content})
    assert [problem[: len(expected)] for problem in found] == [expected]


def test_a_model_declared_twice_names_both_places(problems: Check) -> None:
    """The second declaration is the problem; the first is named beside it."""
    found = problems(
        {"data/catalog/a.yml": "title: A\nid: m\n", "data/catalog/b.csv": "id,title\nx,X\nm,B\n"}
    )
    assert found == [
        "data/catalog/b.csv:3: models[1].id: model 'm' appears twice; the first is in data/catalog/a.yml:2"
    ]


def test_a_circle_of_dependencies_is_named_once(problems: Check) -> None:
    """The circle is written out; models outside it are not blamed."""
    needs = [("c", "a"), ("a", "b"), ("b", "c"), ("d", "a")]
    catalog = "models:\n" + "".join(f"- {{id: {one}, depends_on: [{other}]}}\n" for one, other in needs)
    (found,) = problems({"data/catalog/a.yml": catalog})
    assert found.startswith("data/catalog/a.yml:3: models[1].depends_on: ")
    assert "a -> b -> c -> a" in found


def test_two_circles_are_both_named(problems: Check) -> None:
    """Mending the first circle does not bring up a second one."""
    pairs = [("a", "b"), ("b", "a"), ("x", "y"), ("y", "x")]
    models = "".join(f"- {{id: {one}, depends_on: [{other}]}}\n" for one, other in pairs)
    assert len(problems({"data/catalog/a.yml": f"models:\n{models}"})) == 2


METRIC = """/*---
title: T
family: drift
unit: "1"
better: down
definition: D
formula: F
after: [{after}]
---*/
SELECT 1
"""


def test_a_metric_that_reads_an_unknown_one_suggests_the_near_one(problems: Check) -> None:
    """With the metric's file."""
    (found,) = problems({"reports/metrics/mine.sql": METRIC.format(after="eror_share")})
    assert found == "reports/metrics/mine.sql: after: no metric 'eror_share', did you mean 'error_share'?"


def test_metrics_that_read_each_other_are_named(problems: Check) -> None:
    """Neither could come first."""
    files = {
        f"reports/metrics/{name}.sql": METRIC.format(after=after) for name, after in (("a", "b"), ("b", "a"))
    }
    assert problems(files) == [
        "reports/metrics/a.sql: after: the metrics read each other in a circle: a -> b -> a"
    ]


def test_a_dependency_on_an_unknown_model_suggests_the_near_one(problems: Check) -> None:
    """A typing error in an id is pointed out with the id that was meant."""
    (found,) = problems({"data/catalog/a.yml": "models: [{id: price}, {id: b, depends_on: [prise]}]\n"})
    assert found.endswith("depends_on[0]: no model 'prise' is declared, did you mean 'price'?")


def test_a_broken_catalog_does_not_make_references_wrong(problems: Check) -> None:
    """While one catalog file cannot be read, nothing is called undeclared."""
    targets = "targets: [{metric: error_share, models: [b], good: 0, poor: 1}]\n"
    found = problems({"data/catalog/b.yml": "id: b\nonwer: x\n", "data/targets.yml": targets})
    assert [problem.split(": ")[0] for problem in found] == ["data/catalog/b.yml:2"]


def test_two_sources_of_one_name_are_refused(problems: Check) -> None:
    """Sources are keys of the lake and of the ledger."""
    nested = "sources:\n- " + SOURCE.replace("\n", "\n  ")
    (found,) = problems({"data/sources/a.yml": SOURCE, "data/sources/b.yml": nested})
    assert found.startswith("data/sources/b.yml:2: sources[0].source: source 's' appears twice")


MONEY = "id: m\ntask: regression\nvalue:\n  per_unit_error: -1\n"


@pytest.mark.parametrize(
    ("model", "source", "wrong"),
    [
        (MONEY, SOURCE, True),
        (MONEY, SOURCE.replace("m}", "{constant: m}}"), True),
        (MONEY, SOURCE.replace("m}", "{constant: other}}"), False),  # no log of this model yet
        (MONEY, SOURCE.replace("m}", "m, baseline: rule}"), False),
        (MONEY + "  baseline_error: 8\n", SOURCE, False),
    ],
)
def test_money_per_unit_of_error_needs_an_alternative(
    problems: Check, model: str, source: str, wrong: bool
) -> None:
    """Either the model's log says what the simple alternative answered, or its error is declared."""
    found = problems({"data/catalog/m.yml": model, "data/sources/s.yml": source})
    expected = "data/catalog/m.yml:4: value.per_unit_error: needs the simple alternative: map `baseline`"
    assert [problem[: len(expected)] for problem in found] == ([expected] if wrong else [])
