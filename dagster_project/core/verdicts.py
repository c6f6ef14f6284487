"""What a difference between two columns means: a level and a sentence, from effect size and chance.

A change is only reported if chance does not explain it: without any change, one report in a thousand would
name a column. A change beyond chance is then judged by its size: below the threshold it is small, however
certain. Thus many rows never make a small change look large, and few rows never make chance look like a
change. In: columns of `column_profile` of both files. Out: `Comparison`. Callers: pipeline.compare,
publish.compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from dagster_project.core import comparison
from dagster_project.core.column_profile import Column, Profile
from dagster_project.core.comparison import CategoryDistance, NumberDistance
from dagster_project.core.formatting import format_value, plural

Level = Literal["none", "unknown", "small", "changed", "strong"]
LEVELS: Final[tuple[Level, ...]] = ("none", "unknown", "small", "changed", "strong")
"""From best to worst; unknown never counts as none."""

CHANCE = 0.001
"""Probability that a report on two files without any change names one of their columns."""
FEWEST = 30
"""Rows needed on each side."""
LONGEST_NAME = 40
"""Most characters of a category's name in a sentence."""
TESTS = {"number": 2, "category": 3, "time": 1, "other": 0}
"""Number of tests of a column of each kind: missing values, the distribution, unseen categories."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `changed` a difference counts as a change, from `strong` as a strong one."""

    changed: float
    strong: float


THRESHOLDS: Final[Mapping[str, Threshold]] = {
    "psi": Threshold(0.1, 0.25),
    "ks": Threshold(0.1, 0.2),
    "wasserstein_sd": Threshold(0.1, 0.5),
    "l_infinity": Threshold(0.1, 0.25),
    "missing": Threshold(0.02, 0.1),
    "unseen": Threshold(0.01, 0.05),
}
"""`missing` is a difference of shares, `unseen` a share; the others are defined in `comparison`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tested: the effect is `value` of `statistic`, compared with its threshold.

    It counts if `tested`, the value of `test`, exceeds `by_chance`. For shares, effect and test are the same.
    """

    statistic: str
    value: float
    test: str
    tested: float
    by_chance: float
    level: Level
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The comparison of one column; `reference` is None for a new column, `current` for one that vanished."""

    name: str
    level: Level
    words: str
    findings: tuple[Finding, ...] = ()
    distance: NumberDistance | CategoryDistance | None = None
    reference: Column | None = None
    current: Column | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both files, a verdict on every column of either, worst first, and the thresholds used."""

    reference: Profile
    current: Profile
    verdicts: tuple[Verdict, ...]
    sentence: str
    thresholds: Mapping[str, Threshold]


@dataclass(frozen=True, slots=True)
class _Rule:
    """What two columns are judged by: rows of both sides, chance allowed to one test, thresholds."""

    rows: tuple[int, int]
    alpha: float
    thresholds: Mapping[str, Threshold]

    def finding(self, statistic: str, value: float, by_chance: float, words: str) -> Finding:
        """Judge a share, which is effect and test in one."""
        return self.weighed({statistic: value}, statistic, value, by_chance, words)

    def weighed(
        self, effects: Mapping[str, float], test: str, tested: float, by_chance: float, words: str
    ) -> Finding:
        """Judge the effect that is largest relative to its threshold, if the test is beyond chance."""
        statistic = max(effects, key=lambda name: effects[name] / self.thresholds[name].changed)
        value, limit = effects[statistic], self.thresholds[statistic]
        level: Level = "strong" if value >= limit.strong else "changed" if value >= limit.changed else "small"
        return Finding(
            statistic, value, test, tested, by_chance, level if tested > by_chance else "none", words
        )


def judge(reference: Profile, current: Profile, thresholds: Mapping[str, Threshold]) -> Comparison:
    """Judge every column of either file."""
    before, now = ({column.name: column for column in side.columns} for side in (reference, current))
    names = [*before, *(name for name in now if name not in before)]
    tests = sum(TESTS[before[name].kind] for name in names if name in before and name in now)
    rule = _Rule((reference.rows, current.rows), CHANCE / max(tests, 1), thresholds)
    found = [_judged(name, before.get(name), now.get(name), rule) for name in names]
    found.sort(key=lambda verdict: (-LEVELS.index(verdict.level), -_size(verdict, thresholds)))
    return Comparison(reference, current, tuple(found), _sentence(found), thresholds)


def _sentence(verdicts: Sequence[Verdict]) -> str:
    """Say in one sentence what the comparison found."""
    if not any(v.reference and v.current for v in verdicts):
        return "The files have no column in common."
    counts = {level: sum(v.level == level for v in verdicts) for level in LEVELS}
    changed, n = counts["changed"] + counts["strong"], len(verdicts)
    columns = f"{n} {plural(n, 'column')}"
    first = f"{changed} of {columns} changed" if changed else f"None of {columns} changed"
    more = [
        f"{'all' if 1 < counts['strong'] == changed else counts['strong']} of them strongly"
        if counts["strong"]
        else "",
        f"{counts['small']} changed a little" if counts["small"] else "",
        f"{counts['unknown']} could not be compared" if counts["unknown"] else "",
    ]
    return ", ".join([first, *(words for words in more if words)]) + "."


def _judged(name: str, reference: Column | None, current: Column | None, rule: _Rule) -> Verdict:
    if reference is None or current is None:
        level, words = (
            ("strong", "the column vanished") if current is None else ("changed", "the column is new")
        )
        return Verdict(name, level, words, reference=reference, current=current)  # type: ignore[arg-type]
    if reference.kind != current.kind and _is_empty(reference):
        words = "values appeared; the reference has none"
        return Verdict(name, "strong", words, reference=reference, current=current)
    if reference.kind != current.kind:
        words = f"the type changed from {reference.type} to {current.type}"
        return Verdict(name, "strong", words, reference=reference, current=current)
    if problem := _problem(reference, rule):
        return Verdict(name, "unknown", f"not compared: {problem}", reference=reference, current=current)
    if current.problem:
        return Verdict(name, "strong", f"{current.problem} now", reference=reference, current=current)
    distance = _distance(reference, current)
    findings = [_missing(reference, current, rule), *_unseen(reference, current, rule)]
    if isinstance(distance, NumberDistance):
        findings.append(_number(distance, reference, current, rule))
    elif isinstance(distance, CategoryDistance):
        findings.append(_category(distance, reference, current, rule))
    findings.sort(key=lambda f: (-LEVELS.index(f.level), -f.value / rule.thresholds[f.statistic].changed))
    return _summed_up(name, findings, distance, reference, current)


def _is_empty(column: Column) -> bool:
    """Whether the column was counted and has no value; its type then says nothing."""
    held = column.tally.n + column.infinite if column.tally else len(column.categories or ())
    return column.kind != "other" and not (column.problem or column.span or held)


def _summed_up(
    name: str,
    findings: list[Finding],
    distance: NumberDistance | CategoryDistance | None,
    reference: Column,
    current: Column,
) -> Verdict:
    level = findings[0].level
    words = "; ".join(finding.words for finding in findings if finding.level != "none" and finding.words)
    nothing = "no change beyond chance"
    if (
        level == "none"
        and reference.kind in ("number", "category")
        and distance is None
        and len(findings) == 1
    ):
        level, nothing = "unknown", "not compared: one side has no values"
    if reference.kind == "time" and reference.span and current.span:
        nothing = f"{_range(reference.span)} before, {_range(current.span)} now"
    return Verdict(name, level, words or nothing, tuple(findings), distance, reference, current)


def _problem(reference: Column, rule: _Rule) -> str:
    if reference.kind == "other":
        return f"{reference.type} is neither a number, a category nor a time"
    if min(rule.rows) < FEWEST:
        return f"not enough data, {min(rule.rows)} of the {FEWEST} rows needed"
    return reference.problem


def _distance(reference: Column, current: Column) -> NumberDistance | CategoryDistance | None:
    if reference.tally is not None and current.tally is not None:
        return comparison.number_distance(reference.tally, current.tally)
    if reference.categories is not None and current.categories is not None:
        return comparison.category_distance(reference.categories, current.categories)
    return None


def _missing(reference: Column, current: Column, rule: _Rule) -> Finding:
    before, now = reference.missing / rule.rows[0], current.missing / rule.rows[1]
    chance = comparison.share_by_chance(
        rule.alpha, reference.missing, rule.rows[0], current.missing, rule.rows[1]
    )
    words = f"{format_value(now, 'share')} missing, {format_value(before, 'share')} before"
    return rule.finding("missing", abs(now - before), chance, words)


def _unseen(reference: Column, current: Column, rule: _Rule) -> list[Finding]:
    """Find values in categories that the reference lacks, or numbers other than the only one it holds."""
    if reference.categories and current.categories:
        total = sum(current.categories.values())
        new = sum(n for category, n in current.categories.items() if category not in reference.categories)
        chance = comparison.unseen_by_chance(rule.alpha, reference.categories, total)
        words = f"{format_value(new / total, 'share')} of the values in {comparison.UNSEEN}"
        return [rule.finding("unseen", new / total, chance, words)]
    tally, now = reference.tally, current.tally
    if tally is not None and now is not None and len(tally.codes) == 1 and now.n:
        other = int(now.counts[now.codes != tally.codes[0]].sum())
        chance = comparison.unseen_by_chance(rule.alpha, {"": tally.n}, now.n)
        words = (
            f"{format_value(other / now.n, 'share')} of the values differ from the only one in the reference"
        )
        return [rule.finding("unseen", other / now.n, chance, words)]
    return []


def _number(distance: NumberDistance, reference: Column, current: Column, rule: _Rule) -> Finding:
    n_r, n_c = (side.tally.n if side.tally else 0 for side in (reference, current))
    by_chance = comparison.ks_by_chance(rule.alpha, n_r, n_c)
    excess = distance.psi - comparison.psi_by_chance(comparison.COARSE, n_r, n_c)
    effects = {"ks": distance.ks, "wasserstein_sd": distance.wasserstein_sd, "psi": excess}
    return rule.weighed(effects, "ks", distance.ks, by_chance, _number_words(distance))


def _number_words(distance: NumberDistance) -> str:
    if abs(distance.shift_sd) >= distance.wasserstein_sd / 2:
        side = "higher" if distance.shift_sd > 0 else "lower"
        return f"the values are {format_value(abs(distance.shift_sd), 'sd')} {side}"
    if not 1 / 1.1 < distance.sd_ratio < 1.1:
        return f"the values spread {format_value(distance.sd_ratio, '1')} times as wide"
    return f"the shape changed (KS {format_value(distance.ks, '1')})"


def _category(distance: CategoryDistance, reference: Column, current: Column, rule: _Rule) -> Finding:
    n_r, n_c = (sum((side.categories or {}).values()) for side in (reference, current))
    by_chance = comparison.chi_square_by_chance(rule.alpha, distance.df)
    excess = distance.psi - comparison.psi_by_chance(distance.categories, n_r, n_c)
    effects = {"l_infinity": distance.l_infinity, "psi": excess}
    now, before = (format_value(share, "share") for share in (distance.share_now, distance.share_before))
    name = distance.moved if len(distance.moved) <= LONGEST_NAME else distance.moved[: LONGEST_NAME - 1] + "…"
    words = f"{name} has {now} of the values, {before} before"
    if distance.moved == comparison.UNSEEN:
        words = ""  # the finding on unseen categories says it
    return rule.weighed(effects, "chi_square", distance.chi_square, by_chance, words)


def _size(verdict: Verdict, thresholds: Mapping[str, Threshold]) -> float:
    """The largest effect as a multiple of its threshold."""
    sizes = (f.value / thresholds[f.statistic].changed for f in verdict.findings if f.level == verdict.level)
    return max(sizes, default=0.0)


def _range(span: tuple[str, str]) -> str:
    return span[0] if span[0] == span[1] else f"{span[0]} to {span[1]}"
