"""What a model refuses is said in plain words, at the file, line and key that hold it."""

from __future__ import annotations

import pytest

from dagster_project.spec.base import did_you_mean
from tests.spec.conftest import BUILTIN, SOURCE, Check


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "data/workspace.yml",
            "name: X\ntimezon: UTC\n",
            "data/workspace.yml:2: timezon: unknown key, did you mean",
        ),
        ("data/workspace.yml", "timezone: UTC\n", "data/workspace.yml:1: name: this key is missing"),
        (
            "data/workspace.yml",
            "name: X\ntimezone: Mars\n",
            "data/workspace.yml:2: timezone: 'Mars' is not an IANA",
        ),
        (
            "data/workspace.yml",
            "name: X\ncurrency: eur\n",
            "data/workspace.yml:2: currency: expected an ISO 4217",
        ),
        (
            "data/workspace.yml",
            "name: X\nas_of: yesterday\n",
            "data/workspace.yml:2: as_of: expected today, newest",
        ),
        (
            "data/workspace.yml",
            "name: X\nwindows: [7]\n",
            "data/workspace.yml:2: windows: expected distinct whole",
        ),
        (
            "data/workspace.yml",
            "name: X\nwindows: [1, x]\n",
            "data/workspace.yml:2: windows[1]: expected a whole",
        ),
        (
            "data/workspace.yml",
            "- name: X\n",
            "data/workspace.yml:1: expected a mapping (key: value), found a list",
        ),
        ("data/workspace.yml", "# nothing\n", "data/workspace.yml:1: the file is empty; expected a mapping"),
        ("data/workspace.yml", "name: [X]\n", "data/workspace.yml:1: name: expected text, found a list"),
        (
            "data/workspace.yml",
            "name: ''\n",
            "data/workspace.yml:1: name: expected text, not nothing, found ''",
        ),
        (
            "data/workspace.yml",
            b"name: X\nabout: caf\xe9\n",
            "data/workspace.yml:2: is not UTF-8 text (byte 0xE9, which is 'é' in Latin-1); save it with",
        ),
        (
            "data/workspace.yml",
            "name: X\n".encode("utf-16"),
            "data/workspace.yml: is UTF-16 text; save it with the encoding UTF-8",
        ),
        ("data/workspace.yml", "name: X\n".encode("utf-16-be"), "data/workspace.yml: is UTF-16 text"),
        ("data/workspace.yml", "name: X\n".encode("utf-32"), "data/workspace.yml: is UTF-32 text"),
        (
            "data/workspace.yml",
            'name: X\nabout: "\\ud83d\\ude00"\n',
            "data/workspace.yml:2: not valid YAML: found invalid Unicode character escape code; YAML knows no pairs",
        ),
        (
            "data/workspace.yml",
            'name: X\nabout: "C:\\query"\n',
            "data/workspace.yml:2: not valid YAML: found unknown escape character; in double quotes \\ begins",
        ),
        ("data/catalog/a.yml", "", "data/catalog/a.yml:1: the file is empty"),
        ("data/catalog/a.yml", "id: a\nid: b\n", "data/catalog/a.yml:2: id: this key appears twice"),
        (
            "data/catalog/a.yml",
            "id: a\ntask: binry\n",
            "data/catalog/a.yml:2: task: expected 'binary', 'regression'",
        ),
        (
            "data/catalog/a.yml",
            "id: a\npersonal_data: 7\n",
            "data/catalog/a.yml:2: personal_data: expected true or",
        ),
        (
            "data/catalog/a.yml",
            "id: a\nthreshold: .inf\n",
            "data/catalog/a.yml:2: threshold: expected a number",
        ),
        (
            "data/catalog/a.yml",
            "id: a\nthreshold: inf\n",
            "data/catalog/a.yml:2: threshold: expected a finite",
        ),
        (
            "data/catalog/a.yml",
            "id: a\nnext_review: 0\n",
            "data/catalog/a.yml:2: next_review: expected a day",
        ),
        (
            "data/catalog/a.yml",
            "id: a\nsince: 2025-02-30\n",
            "data/catalog/a.yml:2: since: 2025-02-30 is not a day",
        ),
        ("data/catalog/a.yml", "id: a\ntags: red\n", "data/catalog/a.yml:2: tags: expected a list"),
        (
            "data/catalog/a.yml",
            "models:\n  - id: a\n    value:\n      per_accepted: 1\n      cost: {per_dya: 1}\n",
            "data/catalog/a.yml:5: models[0].value.cost.per_dya: unknown key, did you mean 'per_day'",
        ),
        (
            "data/catalog/a.yml",
            "models:\n  - id: a\n  - title: B\n",
            "data/catalog/a.yml:3: models[1].id: this key is missing",
        ),
        (
            "data/catalog/a.yml",
            "id: a\nfeatures:\n  x:\n    min: 2\n    max: 1\n",
            "data/catalog/a.yml:5: features.x.max: max 1 is below min 2",
        ),
        (
            "data/catalog/a.yml",
            "id: a\nreference:\n  start: 2025-02-01\n  end: 2025-01-01\n",
            "data/catalog/a.yml:4: reference.end: end 2025-01-01 is before",
        ),
        (
            "data/catalog/a.yml",
            "id: a\ntask: regression\nvalue:\n  per_outcome: {tp: 1}\n",
            "data/catalog/a.yml:4: value.per_outcome: is for binary models",
        ),
        (
            "data/sources/s.yml",
            "source: s\nkind: incidents\nfiles: a.csv\ncolumns:\n  incident: id\n",
            "data/sources/s.yml:5: columns.incident: unknown canonical column, did you mean 'incident_id'",
        ),
        (
            "data/sources/s.yml",
            "source: s\nfiles: a.csv\ncolumns:\n  event_tim: t\n  model_id: m\n",
            "data/sources/s.yml:4: columns.event_tim: unknown canonical column, did you mean 'event_time'",
        ),
        (
            "data/sources/s.yml",
            "source: s\nfiles: a.csv\ncolumns:\n  event_time: t\n",
            "data/sources/s.yml:3: columns.model_id: is missing; say which column",
        ),
        (
            "data/sources/s.yml",
            SOURCE + "features: [a, b, a]\n",
            "data/sources/s.yml:4: features[2]: 'a' appears twice",
        ),
        (
            "data/sources/s.yml",
            SOURCE + "features:\n  age: a\n  Age: b\n",
            "data/sources/s.yml:6: features.Age: differs from 'age' only in upper and lower case",
        ),
        (
            "data/sources/s.yml",
            SOURCE + "delimiter: ab\n",
            "data/sources/s.yml:4: delimiter: expected at most 1",
        ),
        (
            "reports/rubrics/r.yml",
            BUILTIN["reports/rubrics/levels.yml"].replace("level: 1, method", "level: 7, method"),
            "reports/rubrics/r.yml:7: milestones[0].level: no level 7 in this rubric",
        ),
        (
            "data/targets.yml",
            "targets:\n  - metric: error_share\n    good: 1\n    poor: 1\n",
            "data/targets.yml:4: targets[0].poor: good and poor are both 1",
        ),
    ],
)
def test_each_mistake_is_one_problem_with_file_line_and_key(
    problems: Check, name: str, content: str | bytes, expected: str
) -> None:
    """One mistake in a file gives exactly one problem, at its place, in words."""
    found = problems({name: content})
    assert [problem[: len(expected)] for problem in found] == [expected]


def test_messages_are_free_of_the_validators_jargon(problems: Check) -> None:
    """No pydantic word or link reaches a user."""
    found = problems({"data/workspace.yml": "nam: X\nwindows: x\nlabel_wait_days: 0\nfirst_day: 7\n"})
    assert len(found) == 5
    assert not [
        p for p in found for word in ("pydantic", "Input should", "http", "Value error", "tuple") if word in p
    ]


def test_a_slip_in_a_name_of_capitals_is_recognised() -> None:
    """Columns of databases are often in capitals."""
    assert did_you_mean("LATENCY_S", ["EVENT_TS", "LATENCY_MS"]) == ", did you mean 'LATENCY_MS'?"
