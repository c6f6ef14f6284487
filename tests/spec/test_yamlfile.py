"""YAML becomes data that keeps what was written and knows its lines; what is wrong is said with file, line, key."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.yamlfile import MAX_DEPTH, key_text, parse_yaml


def problems_of(text: str) -> list[str]:
    with pytest.raises(WorkspaceError) as caught:
        parse_yaml(text, "f.yml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb: [1,\n", "f.yml:2: ", "bracket"),
        ("a: 1\nb: c: d\n", "f.yml:2: ", "needs quotes"),
        ("a:\n\tb: 1\n", "f.yml:2: ", "indent with spaces"),
        ("a: @x\n", "f.yml:1: ", "needs quotes"),
        ("a: *x\n", "f.yml:1: a: ", "starts with *"),
        ("a: 'x\nb: 1\n", "f.yml:2: ", "quote is not closed"),
        ("a: 1\n---\nb: 2\n", "f.yml:2: ", "second '---'"),
        ("a: 1\nb: x\x07\n", "f.yml:2: ", "control character"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "f.yml:4: b.c: ", "first is on line 3"),
        ("b: 0\na: &x\n  - 1\n  - *x\n", "f.yml:4: a[1]: ", "cycle"),
        ("a: &x {b: {c: *x}}\n", "f.yml:1: a.b.c: ", "cycle"),
        ("a: 1\nb: !!python/name:os.system x\n", "f.yml:2: b: ", "tag"),
        ("a: !!set {x}\n", "f.yml:1: a: ", "tag"),
        ("a: 1\n? [b]\n: 2\n", "f.yml:2: ", "plain text"),
        ("a: 1\n<<: 7\n", "f.yml:2: ", "after <<"),
        ("[" * 2000, "f.yml:1: [0]: ", "levels deep"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, place: str, words: str) -> None:
    """Every way a file can be broken as YAML names the line (and key, where there is one) and what to do."""
    (problem,) = problems_of(text)
    assert problem.startswith(place)
    assert words in problem


def test_all_duplicate_keys_are_reported_at_once() -> None:
    """A second mistake is not hidden by the first."""
    assert [p.split(": ")[0] for p in problems_of("a: 1\na: 2\nb: 1\nb: 2\n")] == ["f.yml:2", "f.yml:4"]


def test_nesting_without_end_is_refused() -> None:
    """A file nested deeper than anyone writes is refused, not a crash."""
    (problem,) = problems_of("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert "levels deep" in problem


def test_anchors_that_multiply_are_refused() -> None:
    """Nine lines of anchors that mean a billion values end quickly in a problem."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert "values" in problems_of("\n".join(lines))[-1]


@pytest.mark.parametrize("written", ["1.10", "007", "no", "2026-01-31", "1_000", "12:30", "0x1F", "1e3"])
def test_plain_scalars_stay_what_was_written(written: str) -> None:
    """YAML 1.1 would turn these into other values; here the field decides."""
    assert parse_yaml(f"{written}: {written}", "f.yml").data == {written: written}


def test_nothing_after_a_key_is_none() -> None:
    """An empty value, null and ~ are nothing."""
    assert parse_yaml("a:\nb: null\nc: ~\n", "f.yml").data == {"a": None, "b": None, "c": None}


def test_merge_keys_bring_values_that_own_keys_win_over() -> None:
    """`<<` works as in YAML 1.1, wherever it stands in the mapping."""
    data = parse_yaml("base: &b {x: 1, y: 2}\nuse:\n  y: 3\n  <<: *b\n", "f.yml").data
    assert data == {"base": {"x": "1", "y": "2"}, "use": {"x": "1", "y": "3"}}


def test_an_alias_repeats_its_anchor_and_has_a_line_of_its_own() -> None:
    """Anchors work for texts, lists and mappings; a problem points to where the value is used."""
    document = parse_yaml("a: &x [1, &y {b: 2}]\nc: *x\nd: *y\n", "f.yml")
    assert document.data == {"a": ["1", {"b": "2"}], "c": ["1", {"b": "2"}], "d": {"b": "2"}}
    assert (document.line(("c", 1, "b")), document.line(("d", "b"))) == (2, 3)


def test_lines_are_those_of_keys_items_and_the_file() -> None:
    """A key has the line it stands on, an item of a list the line it begins on, counted from the first line."""
    document = parse_yaml("a:\n  - b: 1\n    c:\n      2\n", "f.sql", first_line=2)
    assert document.lines == {(): 2, ("a",): 2, ("a", 0): 3, ("a", 0, "b"): 3, ("a", 0, "c"): 4}


def test_a_missing_path_has_the_line_of_what_is_around_it() -> None:
    """A problem with a key that is not there points to the mapping that lacks it."""
    assert parse_yaml("a:\n  - b: 1\n", "f.yml").line(("a", 0, "nothing", 3)) == 2


def test_key_paths_read_as_people_write_them() -> None:
    """Keys are joined by dots, positions stand in brackets."""
    assert key_text(("models", 2, "value", "cost")) == "models[2].value.cost"


PLAIN = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=12)
TREES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(PLAIN, TREES, min_size=1, max_size=5))
def test_what_a_yaml_writer_wrote_is_read_back(tree: dict[str, object]) -> None:
    """Any tree of text, written by PyYAML, comes back the same, and every value in it has a line."""
    document = parse_yaml(yaml.safe_dump(tree, allow_unicode=True), "f.yml")
    assert document.data == tree
    assert all(line >= 1 for line in document.lines.values())
