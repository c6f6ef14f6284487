"""Charts to be explored: one compiled Vega specification per kind of chart, and the script that draws them.

Pages hold static drawings; whoever presses "Explore" gets the same data with zoom and exact values. Altair writes
the specification once; vl-convert compiles it and supplies Vega, with the expression interpreter that a strict
policy needs (no eval). In: nothing but installed packages. Out: two scripts, kept in the cache by their versions.
Called by `theme`; `site/docs/assets/explore.js` uses them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import distribution, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dagster_project.publish.subprocesses import cached_file

if TYPE_CHECKING:
    import altair as alt

LIBRARY: Final = "assets/vega.js"
SPECIFICATIONS: Final = "assets/explore-charts.js"
LICENCE: Final = "assets/vega-licence.txt"
PACKAGE: Final = "vl-convert-python"
DATA: Final = "figure"
"""Name of the data set that a figure's own columns are put into."""
_COLOURS: Final = {"actual": "#1c5c8f", "interval": "#9dbad3", "routine": "#c3ccd6", "ink": "#1b2733"}
"""Defaults of the signals that explore.js sets to the theme's colours."""
_BUNDLE: Final = "window.mbVega = vegaEmbed;"
_NOTE: Final = """\
assets/vega.js holds Vega, Vega-Lite and Vega-Embed (BSD-3-Clause, University of Washington Interactive Data Lab and
others) and D3 (ISC, Mike Bostock), as the package {package} {version} carries them. The licence of that package:

{licence}"""


@dataclass(frozen=True, slots=True)
class Scripts:
    """What the site includes so that charts can be explored."""

    library: str
    """Vega in one file, loaded when somebody first explores a chart."""
    charts: str
    """`mbCharts`: specification by kind of chart."""


def scripts(folder: Path) -> Scripts:
    """The two scripts; made once, then read from `folder`."""
    return Scripts(**json.loads(cached_file(folder / f"explore-{_fingerprint()}.json", make)))


def licence() -> str:
    """The library's owners, and the licence text that must accompany it."""
    files = distribution(PACKAGE).files or []
    text = next(file for file in files if file.name == "LICENSE")
    return _NOTE.format(
        package=PACKAGE, version=version(PACKAGE), licence=text.read_text(encoding="utf-8").strip()
    )


def make() -> bytes:
    """The scripts as JSON, as the cache keeps them."""
    return json.dumps({"library": _library(), "charts": _charts()}).encode()


def _library() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(_BUNDLE)
    return f'"use strict";(() => {{{bundle}}})();\n'


def _charts() -> str:
    compiled = json.dumps({"line": _compiled(_line())}, sort_keys=True, separators=(",", ":"))
    return f"window.mbCharts = {compiled};\n"


def _compiled(chart: alt.LayerChart) -> dict[str, Any]:
    import vl_convert

    spec: dict[str, Any] = vl_convert.vegalite_to_vega(chart.to_json(validate=True))
    return spec


def _line() -> alt.LayerChart:
    """A measure over days: natural limits, interval, line, points with exact values, target; days can be zoomed.

    Columns of the data: day, value and, if the chart has them, low, high, lower, upper, target.
    """
    import altair as alt

    base = alt.Chart(alt.NamedData(DATA, format=alt.JsonDataFormat(parse={"day": "utc:'%Y-%m-%d'"})))
    line = base.mark_line(color=alt.ExprRef("actual"), strokeWidth=2).encode(x=_days(), y=_measure("value"))
    target = base.mark_line(color=alt.ExprRef("ink"), strokeDash=[5, 4]).encode(
        x=_days(), y=_measure("target")
    )
    zoom = alt.selection_interval(bind="scales", encodings=["x"], name="zoom")
    params = [alt.param(name=name, value=colour) for name, colour in _COLOURS.items()]
    params += [alt.param(name="fmt", value=".3~g"), alt.param(name="measure", value="")]
    layers = [
        _band(base, "routine", "lower", "upper"),
        _band(base, "interval", "low", "high"),
        line,
        _points(base).add_params(zoom),
        target,
    ]
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .add_params(*params)
        .properties(width="container", height=320)
        .configure_view(stroke=None)
    )
    return chart


def _days() -> alt.X:
    import altair as alt

    axis = alt.Axis(grid=False, labelOverlap=True, format="%-d %b")
    return alt.X("day:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def _measure(column: str) -> alt.Y:
    """A column on the value axis, whose title is above it."""
    import altair as alt

    axis = alt.Axis(labelExpr="format(datum.value, fmt)", titleAnchor="end", titleAngle=0, titleAlign="left",
                    titleY=-8, titleX=0)  # fmt: skip
    return alt.Y(f"{column}:Q", title=None, axis=axis, scale=alt.Scale(zero=False, nice=True))


def _band(base: alt.Chart, colour: str, low: str, high: str) -> alt.Chart:
    import altair as alt

    area = base.mark_area(opacity=0.9, color=alt.ExprRef(colour))
    band: alt.Chart = area.encode(x=_days(), y=_measure(low), y2=f"{high}:Q")
    return band


def _points(base: alt.Chart) -> alt.Chart:
    """One circle per day, with the day's exact figure as its tooltip."""
    import altair as alt

    said = base.transform_calculate(
        figure="isValid(datum.value) ? format(datum.value, fmt) + (measure ? ' ' + measure : '') : 'not available'",
        range="isValid(datum.low) ? format(datum.low, fmt) + ' to ' + format(datum.high, fmt) : 'none'",
    )
    tip = [
        alt.Tooltip("day:T", title="Day", format="%-d %b %Y", timeUnit="utcyearmonthdate"),
        alt.Tooltip("figure:N", title="Value"),
        alt.Tooltip("range:N", title="Interval"),
    ]
    circle = said.mark_circle(color=alt.ExprRef("actual"), size=42)
    points: alt.Chart = circle.encode(x=_days(), y=_measure("value"), tooltip=tip)
    return points


def _fingerprint() -> str:
    """A hash of the packages' versions and of this module."""
    own = Path(__file__).read_bytes()
    parts = f"{version('altair')} {version(PACKAGE)}".encode()
    return hashlib.sha256(parts + own).hexdigest()[:16]
