"""What is declared of a model survives being written to a file and read again."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.catalog import Feature, Model, VersionNote
from dagster_project.spec.entry import read_entry
from dagster_project.spec.source import Source
from dagster_project.spec.yamlfile import parse_yaml

NAMES = st.one_of(
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool),
    st.sampled_from(
        ["1.10", "007", "no", "null", "~", "2025-01-31", "1_000", "0x1F", "12:30", "a: b", "# x", "<<"]
    ),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates(dt.date(1970, 1, 1), dt.date(2200, 1, 1))
FEATURES = st.builds(Feature, type=st.sampled_from(["number", "category", None]), min=st.none() | NUMBERS)
MODELS = st.builds(
    Model,
    id=NAMES,
    title=st.none() | NAMES,
    threshold=st.none() | NUMBERS,
    personal_data=st.none() | st.booleans(),
    next_review=st.none() | DAYS,
    tags=st.lists(NAMES, max_size=3).map(tuple),
    features=st.dictionaries(NAMES, FEATURES, max_size=3),
    versions=st.lists(NAMES, max_size=3, unique=True).map(
        lambda names: tuple(VersionNote(version=n) for n in names)
    ),
)


@given(MODELS)
def test_a_model_written_to_yaml_is_read_back_the_same(model: Model) -> None:
    """Ids and versions of any look, numbers to the last digit, days and booleans come back as they were."""
    text = yaml.safe_dump(model.model_dump(exclude_defaults=True), allow_unicode=True)
    assert read_entry(parse_yaml(text, "f.yml"), Model).value == model


@pytest.mark.parametrize("kind", [Model, Source])
def test_a_feature_cannot_take_the_name_of_an_answer(kind: type[Model | Source]) -> None:
    """Names that begin with 'output:' are kept for scores, predictions and labels; the message names the line."""
    own = "id: m" if kind is Model else "source: s\nfiles: x.csv\ncolumns: {event_time: t, model_id: m}"
    entry = "{}" if kind is Model else "{column: score}"
    with pytest.raises(WorkspaceError) as refused:
        read_entry(parse_yaml(f"{own}\nfeatures:\n  'output:score': {entry}\n", "f.yml"), kind)
    [problem] = refused.value.problems
    assert "cannot begin with 'output:'" in problem.message
    assert (problem.file, problem.key.split(".")[0]) == ("f.yml", "features")
