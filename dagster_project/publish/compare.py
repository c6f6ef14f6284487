"""The report of `modelboard compare`: one HTML file that loads nothing, runs nothing, and prints.

In: a `Comparison`. Out: the file's text. It uses the site's stylesheet and charts, so that both look the same; names
and categories are untrusted text and are escaped where they enter. Caller: pipeline.compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from dagster_project.core.column_profile import Column, Profile
from dagster_project.core.formatting import NOT_AVAILABLE, format_value, plural
from dagster_project.core.naming import slug
from dagster_project.core.verdicts import CHANCE, FEWEST, Comparison, Level, Verdict
from dagster_project.publish import compare_figures
from dagster_project.publish.compare_json import distance_value
from dagster_project.publish.markup import written
from dagster_project.publish.status import pill
from dagster_project.spec.builtin import builtin_root

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
PILLS: Final[dict[Level, tuple[str, str, str]]] = {
    "none": ("No change", "good", "●"),
    "unknown": ("Not compared", "unknown", "○"),
    "small": ("Small change", "neutral", "△"),
    "changed": ("Changed", "watch", "▲"),
    "strong": ("Strong change", "poor", "■"),
}
NUMBERS: Final = (
    ("psi", "PSI"), ("js", "JS"), ("ks", "KS"), ("wasserstein_sd", "Wasserstein, sd"), ("l_infinity", "L-infinity"),
    ("cramers_v", "Cramér’s V"), ("chi_square", "Chi-square"),
)  # fmt: skip
MOST_PICTURES: Final = 60
"""How many columns have a panel, the worst first; all are in the table."""

STYLES: Final = ("colours.css", "page.css", "parts.css", "tables.css", "charts.css", "paper.css")
"""In the order of site/mkdocs.yml: later ones override."""

_SCHEMES: Final = re.compile(r'\[data-md-color-scheme="slate"\] (\{[^}]*\})')
_FONT: Final = re.compile(r"@font-face \{[^}]*\}")
_HEAD: Final = """<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
"""


def report(comparison: Comparison) -> str:
    """Return the whole file."""
    title = f"{comparison.current.name} against {comparison.reference.name}"
    # Attributes are delimited by double quotes: the policy's single quotes may stand as they are.
    head = _HEAD.format(policy=POLICY, title=escape(title), style=stylesheet())
    shown = comparison.verdicts[:MOST_PICTURES]
    changed = [v for v in shown if v.level not in ("none", "unknown")]
    same = [v for v in shown if v.level in ("none", "unknown")]
    body = [
        _opening(comparison, title),
        _table(comparison),
        _panels(changed, comparison),
        _folded(same, comparison),
        _reading(comparison),
    ]
    page = f'<main class="md-typeset"><div class="mb-page">\n{"".join(body)}</div></main>'
    return f"{head}<body>\n{page}\n</body>\n</html>\n"


def stylesheet() -> str:
    """Return the site's styles for a page without Material: no font to load, and dark if the reader's system is."""
    folder = builtin_root() / "site" / "docs" / "assets"
    text = "".join((folder / name).read_text(encoding="utf-8") for name in STYLES)
    text = _FONT.sub("", text)
    text = _SCHEMES.sub(r"@media screen and (prefers-color-scheme: dark) { :root \1 }", text, count=1)
    for scheme in (
        '[data-md-color-scheme="slate"]',
        '[data-md-color-scheme="default"]',
        "[data-md-color-scheme]",
    ):
        text = text.replace(scheme, ":root")
    return text + (Path(__file__).parent / "compare.css").read_text(encoding="utf-8")


def _opening(comparison: Comparison, title: str) -> Markup:
    rows = f"{_count(comparison.current)} against {_count(comparison.reference)} rows"
    worst = [v for v in comparison.verdicts if v.level in ("changed", "strong")][:3]
    items = "".join(f"<li>{_link(v)}: {escape(v.words)}." for v in worst)
    first = f'<div class="mb-panel"><ol class="mb-exceptions">{items}</ol></div>' if worst else ""
    return written(
        f'<header class="mb-head"><h1><bdi>{escape(title)}</bdi></h1>'
        f'<p class="mb-lede">{escape(comparison.sentence)}</p><p class="mb-asof">{rows}</p></header>{first}'
    )


def _table(comparison: Comparison) -> Markup:
    texts = ("Column", "Verdict", "What changed", "Type")
    numbers = ("Missing, before", "Missing, now", "Unseen", *(name for _, name in NUMBERS[:-1]))
    head = "".join(f'<th scope="col">{escape(text)}' for text in texts)
    head += "".join(f'<th scope="col" class="mb-num">{escape(text)}' for text in numbers)
    body = "".join(
        _row(verdict, comparison, has_panel=i < MOST_PICTURES)
        for i, verdict in enumerate(comparison.verdicts)
    )
    return written(
        '<div class="mb-panel"><h2>All columns, worst first</h2>'
        '<div class="mb-scroll" tabindex="0" role="group" aria-label="All columns, worst first">'
        f'<table class="mb-table mb-compare-table"><thead><tr>{head}</thead><tbody>{body}</tbody></table></div></div>'
    )


def _row(verdict: Verdict, comparison: Comparison, *, has_panel: bool) -> str:
    cells = [
        f'<th scope="row">{_link(verdict) if has_panel else _name(verdict)}',
        f"<td>{_pill(verdict)}",
        f'<td class="mb-compare-words">{escape(verdict.words)}',
        f"<td>{escape(_type(verdict))}",
        *(
            f'<td class="mb-num">{escape(text)}'
            for text in (*_missing(verdict, comparison), _unseen(verdict))
        ),
        *(f'<td class="mb-num">{escape(_distance(verdict, name))}' for name, _ in NUMBERS[:-1]),
    ]
    return f"<tr>{''.join(cells)}"


def _panels(verdicts: Iterable[Verdict], comparison: Comparison) -> Markup:
    return written(f'<div class="mb-grid">{"".join(_panel(v, comparison) for v in verdicts)}</div>')


def _folded(verdicts: list[Verdict], comparison: Comparison) -> Markup:
    if not verdicts:
        return Markup()
    what = f"{len(verdicts)} {plural(len(verdicts), 'column')} without a change, or not compared"
    return written(
        f'<details class="mb-more"><summary>{what}</summary>{_panels(verdicts, comparison)}</details>'
    )


def _panel(verdict: Verdict, comparison: Comparison) -> str:
    before, now = _missing(verdict, comparison)
    pairs = [("Type", _type(verdict)), ("Missing", f"{now}, {before} before")]
    pairs += [("Unseen", _unseen(verdict))] if _unseen(verdict) else []
    pairs += [(name, text) for key, name in NUMBERS if (text := _distance(verdict, key))]
    pairs += [(_test_name(f.test), _against_chance(f.tested, f.by_chance)) for f in verdict.findings]
    listed = "".join(f"<dt>{escape(name)}<dd>{escape(text)}" for name, text in pairs)
    return (
        f'<section class="mb-panel mb-span-6" id="{_anchor(verdict)}"><h2>{_name(verdict)}'
        f"{_pill(verdict)}</h2><p>{escape(verdict.words)}.</p>{compare_figures.distribution(verdict)}"
        f'<details class="mb-data"><summary>Numbers</summary><dl class="mb-dl">{listed}</dl></details></section>'
    )


def _reading(comparison: Comparison) -> Markup:
    limits = "".join(
        f'<tr><th scope="row">{escape(_test_name(name))}'
        f'<td class="mb-num">{limit.changed:g}<td class="mb-num">{limit.strong:g}'
        for name, limit in comparison.thresholds.items()
    )
    return written(
        '<div class="mb-panel"><h2>How to read this</h2>'
        f"<p>A column is named only where chance does not explain the difference: of a thousand reports on files "
        f"without any change, {CHANCE * 1000:g} would name one, if rows are independent. "
        "Such a change is small, changed or strong by the largest of its effects below. "
        f"Each side needs {FEWEST} rows. Distances are of the values that are present; missing ones are compared "
        "separately. PSI and JS (base 2) of numbers are taken on ten bins of equal shares of the reference.</p>"
        '<div class="mb-scroll"><table class="mb-table"><thead><tr><th scope="col">Effect'
        '<th scope="col" class="mb-num">Changed from<th scope="col" class="mb-num">Strong from</thead>'
        f"<tbody>{limits}</tbody></table></div></div>"
    )


def _test_name(name: str) -> str:
    return {**dict(NUMBERS), "missing": "Missing, difference of shares", "unseen": "Unseen, share"}.get(
        name, name
    )


def _against_chance(tested: float, by_chance: float) -> str:
    return f"{format_value(tested, '1')}, by chance up to {format_value(by_chance, '1')}"


def _link(verdict: Verdict) -> Markup:
    return written(f'<a class="mb-compare-name" href="#{_anchor(verdict)}">{_name(verdict)}</a>')


def _name(verdict: Verdict) -> Markup:
    return written(f"<bdi>{escape(_shown(verdict.name))}</bdi>")


def _shown(name: str) -> str:
    return name if len(name) <= 80 else name[:79] + "…"


def _anchor(verdict: Verdict) -> str:
    return f"column-{slug(verdict.name)}"


def _pill(verdict: Verdict) -> Markup:
    return pill(*PILLS[verdict.level])


def _type(verdict: Verdict) -> str:
    types = [column.type for column in (verdict.reference, verdict.current) if column is not None]
    return types[0] if len(set(types)) == 1 else " → ".join(types)


def _missing(verdict: Verdict, comparison: Comparison) -> tuple[str, str]:
    return _share(verdict.reference, comparison.reference), _share(verdict.current, comparison.current)


def _share(column: Column | None, profile: Profile) -> str:
    if column is None or column.problem or column.kind == "other":
        return NOT_AVAILABLE
    return format_value(column.missing / profile.rows, "share")


def _unseen(verdict: Verdict) -> str:
    return next((format_value(f.value, "share") for f in verdict.findings if f.statistic == "unseen"), "")


def _distance(verdict: Verdict, name: str) -> str:
    value = distance_value(verdict.distance, name)
    return "" if value is None else format_value(value, "1")


def _count(profile: Profile) -> str:
    return format_value(profile.rows, "count")
