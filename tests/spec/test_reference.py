"""References and training profiles: every form is read, every mistake named with its place."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.entry import read_entry
from dagster_project.spec.loading import load_workspace
from dagster_project.spec.reference import Reference
from dagster_project.spec.yamlfile import parse_yaml


def read(text: str) -> Reference:
    return read_entry(parse_yaml(text, "f.yml"), Reference).value


def test_every_form_says_in_words_what_it_is() -> None:
    """Fixed days, rolling days with their usual lag, a profile."""
    fixed = read("{start: 2025-01-01, end: 2025-01-31}")
    assert fixed.days == (dt.date(2025, 1, 1), dt.date(2025, 1, 31))
    assert fixed.words == "2025-01-01 to 2025-01-31"
    rolling = read("rolling_days: 28")
    assert (rolling.days, rolling.words) == (None, "28 days that end 7 days before each window")
    assert read("profile: profiles/m.json").words == "training profile profiles/m.json"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "give start and end, or rolling_days, or profile"),
        ("{start: 2025-01-01}", "is missing"),
        ("{start: 2025-02-01, end: 2025-01-01}", "is before start"),
        ("{start: 2025-01-01, end: 2025-01-31, rolling_days: 28}", "give start and end, or rolling_days, or profile"),
        ("{start: 2025-01-01, end: 2025-01-31, lag_days: 3}", "belongs to rolling_days"),
        ("{rolling_days: 3}", "7"),
        ("{rolling_days: 28, lag_days: 0}", "1"),
        ("{profile: ../secret.json}", "expected a .json file below data/"),
        ("{profile: /etc/passwd.json}", "expected a .json file below data/"),
        ("{profile: m.yml}", "expected a .json file below data/"),
    ],
)  # fmt: skip
def test_what_is_no_reference_is_refused(text: str, said: str) -> None:
    """With what was expected."""
    with pytest.raises(WorkspaceError) as refused:
        read(text)
    assert said in "; ".join(problem.message for problem in refused.value.problems)


def workspace(root: Path, profile: object | None) -> Path:
    (root / "data" / "catalog").mkdir(parents=True)
    (root / "data" / "workspace.yml").write_text("name: Test\n")
    (root / "data" / "catalog" / "m.yml").write_text(
        "id: m\nversions:\n- version: v2\n  reference: {profile: p.json}\n"
    )
    if profile is not None:
        text = profile if isinstance(profile, str) else json.dumps(profile, indent=1)
        (root / "data" / "p.json").write_text(text)
    return root


GOOD = {
    "format": "modelboard profile 1", "rows": 10, "first_day": "2025-01-01", "last_day": "2025-01-31",
    "features": {"x": {"quantiles": [1, 2, 2, 5], "missing": 1}, "c": {"categories": {"a": 4, "b": 6}}},
}  # fmt: skip


def test_a_profile_is_read_with_the_workspace(tmp_path: Path) -> None:
    """By its path, and its content counts among what was read."""
    found = load_workspace(workspace(tmp_path, GOOD))
    assert found.profiles["p.json"].features["x"].quantiles == (1, 2, 2, 5)
    assert found.profiles["p.json"].features["c"].categories == {"a": 4, "b": 6}
    assert "data/p.json" in found.files


@pytest.mark.parametrize(
    ("profile", "file", "line", "said"),
    [
        (None, "data/catalog/m.yml", 4, "no file data/p.json"),
        (GOOD | {"format": "other"}, "data/p.json", 2, "modelboard profile 1"),
        (
            GOOD | {"features": {"x": {"quantiles": [1, 3, 2]}}},
            "data/p.json",
            11,
            "smaller than the quantile before",
        ),
        (
            GOOD | {"features": {"x": {"missing": 0}}},
            "data/p.json",
            7,
            "exactly one of quantiles, categories",
        ),
        (
            GOOD | {"features": {"c": {"categories": {"a": 11}}}},
            "data/p.json",
            7,
            "more than the 10 of the profile",
        ),
        ('{"format": ', "data/p.json", None, ""),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, profile: object, file: str, line: int | None, said: str
) -> None:
    """Also in JSON."""
    with pytest.raises(WorkspaceError) as refused:
        load_workspace(workspace(tmp_path, profile))
    [problem] = refused.value.problems
    assert problem.file == file
    assert said in problem.message
    assert line in (None, problem.line)
