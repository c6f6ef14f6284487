"""Evaluates declared rules, truths and required features on a chunk of days, for rows of `daily.rule`.

A rule becomes one expression over the rows: quoted columns, an operator from a list, constants from a joined table;
no text from a file ever becomes SQL. Models that declare the same rule are counted together. Caller:
pipeline.summarise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.pipeline.summarise_scans import Chunk, constants, feature_column
from dagster_project.spec.catalog import Model
from dagster_project.spec.loading import Statement
from dagster_project.spec.promises import REQUEST_NUMBERS, Comparison, Kind, Rule, Truth
from dagster_project.store.connection import quote
from dagster_project.store.engine import Engine, Lookup, Scan

if TYPE_CHECKING:
    import polars as pl

OPERATORS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
ALWAYS = "CAST(NULL AS BOOLEAN)"
"""SQL of `applies` for a rule without a condition."""
Constants = dict[str, float | str | None]
"""Columns of the joined table that a scan's expressions may name."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule, or one list of required features, with the models that declare it."""

    kind: str
    """'rule', 'truth' or 'complete'."""
    rule: Rule | tuple[str, ...]
    models: tuple[str, ...]

    @property
    def name(self) -> str:
        """The rule's name; '' for required features."""
        return self.rule.name if isinstance(self.rule, Rule) else ""


def rule_rows(chunk: Chunk, statement: Statement) -> list[pl.DataFrame]:
    """Rows of every rule that a model of the chunk declares."""
    import polars as pl

    found = []
    for judged in _declared(chunk):
        scan = _scan(chunk, judged)
        counted = chunk.engine.rollup(statement.sql, scan).join(chunk.keys, on="key").drop("key")
        named = {"source": chunk.source, "kind": judged.kind, "rule": judged.name}
        found.append(counted.with_columns(pl.lit(value).alias(name) for name, value in named.items()))
    return found


def required_features(model: Model) -> tuple[str, ...]:
    """Features without which a request is incomplete."""
    return tuple(sorted(name for name, feature in model.features.items() if feature.required))


def _declared(chunk: Chunk) -> Iterator[Judged]:
    """What the chunk's models declare, each distinct declaration once."""
    declaring: dict[Rule | tuple[str, ...], list[str]] = {}
    for model_id in chunk.model_ids:
        model = chunk.declared(model_id)
        required = required_features(model)
        declared: list[Rule | tuple[str, ...]] = [*model.rules, *filter(None, [required])]
        for rule in declared:
            declaring.setdefault(rule, []).append(model_id)
    for rule, models in declaring.items():
        kind = "complete" if isinstance(rule, tuple) else "truth" if rule.truth else "rule"
        yield Judged(kind, rule, tuple(models))


def _scan(chunk: Chunk, judged: Judged) -> Scan:
    """One row per request of the models that declare the rule: whether it applies, and whether it holds."""
    import polars as pl

    keys = constants(chunk, chunk.keys.filter(pl.col("model_id").is_in(judged.models)))
    fixed: Constants = {}
    if isinstance(judged.rule, Rule):
        holds, applies = _rule(chunk.engine, judged.rule, fixed)
    else:
        holds, applies = _all_there(chunk.engine, judged.rule), ALWAYS
    keys = keys.with_columns(pl.lit(value).alias(name) for name, value in fixed.items())
    columns = {"key": "k.key", "holds": holds, "applies": applies}
    return Scan("rule_values", columns, (Lookup("k", keys, chunk.on),))


def _rule(engine: Engine, rule: Rule, fixed: Constants) -> tuple[str, str]:
    """SQL of `holds` and of `applies`; where the condition is unknown, so is the rule."""
    if rule.truth:
        holds = _truth(engine, rule.truth, fixed)
    else:
        assert rule.must is not None  # noqa: S101  narrowing: a rule has one of the two
        holds = _comparison(engine, rule.must, "must", fixed)
    if rule.when is None:
        return holds, ALWAYS
    applies = _comparison(engine, rule.when, "given", fixed)
    return f"CASE WHEN {applies} THEN {holds} END", applies


def _comparison(engine: Engine, compared: Comparison, name: str, fixed: Constants) -> str:
    left = _operand(engine, compared.left, compared.kind)
    if compared.right is not None:
        right = _operand(engine, compared.right, compared.kind)
    else:
        fixed[name] = _constant(compared)
        right = _read(f"k.{quote(name)}", compared.kind)
    return f"({left} {OPERATORS[compared.op]} {right})"


def _constant(compared: Comparison) -> float | str | None:
    """The constant, as text if it is compared as text: a whole number then has no point, as in categories."""
    value = compared.value
    if compared.kind == "number" or not isinstance(value, float):
        return value
    return str(int(value)) if value.is_integer() else str(value)


def _truth(engine: Engine, truth: Truth, fixed: Constants) -> str:
    """SQL of whether the checked column agrees with the trusted one."""
    if truth.tolerance is None:
        sides = [_operand(engine, name, "text") for name in (truth.of, truth.column)]
        return f"({sides[0]} = {sides[1]})"
    fixed["tolerance"] = truth.tolerance
    sides = [_operand(engine, name, "number") for name in (truth.of, truth.column)]
    return f"(abs({sides[0]} - {sides[1]}) <= k.tolerance)"


def _operand(engine: Engine, name: str, kind: Kind) -> str:
    """SQL of a column as the rule reads it; NULL where there is no value or it cannot be read that way."""
    if name not in REQUEST_NUMBERS:
        column = feature_column(engine, name, "number" if kind == "number" else "category")
    else:
        column = f"r.{quote(name)}" if kind == "number" else f"CAST(r.{quote(name)} AS VARCHAR)"
    return _read(column, kind)


def _read(column: str, kind: Kind) -> str:
    if kind == "number":
        return f"(CASE WHEN isfinite({column}) THEN {column} END)"
    return f"try_cast({column} AS TIMESTAMP)" if kind == "time" else column


def _all_there(engine: Engine, features: Sequence[str]) -> str:
    """SQL of whether no required feature is missing."""
    there = [f"{feature_column(engine, name, 'category')} IS NOT NULL" for name in features]
    return " AND ".join(there)
