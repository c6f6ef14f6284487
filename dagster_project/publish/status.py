"""Grades and states as people see them: a word, a shape and a colour, never a colour alone.

In: grades of metrics and states of milestones, as `core.types` names them. Out: pills as Markup.
Called by page templates, `figures` and `tables`.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from dagster_project.publish.markup import written

GRADES: Final = {
    "good": ("good", "●", "Good"),
    "watch": ("watch", "▲", "Watch"),
    "poor": ("poor", "■", "Poor"),
    "unknown": ("unknown", "○", "Unknown"),
}
"""Grade -> (colour, shape, word), best first."""

STATES: Final = {
    "pass": ("good", "✓", "Pass"),
    "fail": ("poor", "✗", "Fail"),
    "warning": ("watch", "▲", "Warning"),
    "error": ("poor", "◆", "Error"),
    "waived": ("neutral", "⊘", "Waived"),
    "not applicable": ("neutral", "–", "Not applicable"),
    "not reported": ("unknown", "○", "Not reported"),
}
"""Milestone state -> (colour, shape, word)."""


SEVERITIES: Final = {"high": ("poor", "■"), "medium": ("watch", "▲")}
"""Severity of an alert -> (colour, shape)."""

METHODS: Final = {"auto": ("good", "●"), "inferred": ("good", "●"), "declared": ("neutral", "–")}
"""How a metadata item is known -> (colour, shape)."""


def status(grade: str | None, *, word: str = "") -> Markup:
    """A grade's pill; None and unfamiliar grades are unknown, never good. `word` replaces the usual word."""
    colour, shape, usual = GRADES.get(grade or "", GRADES["unknown"])
    return pill(word or usual, colour, shape)


def state(milestone_state: str | None, *, word: str = "") -> Markup:
    """A milestone's pill; None and unfamiliar states read 'Not reported'."""
    colour, shape, usual = STATES.get(milestone_state or "", STATES["not reported"])
    return pill(word or usual, colour, shape)


def severity(of_alert: str) -> Markup:
    """The pill of an alert's severity; anything but high and medium is neutral."""
    return pill(of_alert, *SEVERITIES.get(of_alert, ("neutral", "●")))


def known_by(method: str) -> Markup:
    """The pill that says how a metadata item is known; a missing item has the colour of watch."""
    return pill(method, *METHODS.get(method, ("watch", "▲")))


def pill(word: str, colour: str = "neutral", shape: str = "") -> Markup:
    """A short word on a coloured background; `colour` is good, watch, poor, unknown or neutral."""
    mark = f'<span class="mb-shape" aria-hidden="true">{escape(shape)}</span>' if shape else ""
    return written(f'<span class="mb-pill mb-pill--{escape(colour)}">{mark}{escape(word)}</span>')


def meter(done: int, total: int, *, label: str) -> Markup:
    """How much of a whole is done, as a bar and as '12 of 30'; a total of 0 reads 'nothing to count'."""
    if total <= 0:
        return written(f'<span class="mb-meter mb-muted">{escape(label)}: nothing to count</span>')
    width, words = 100 * min(max(done, 0), total) / total, f"{done} of {total}"
    return written(
        f'<span class="mb-meter"><span class="mb-meter-track" role="img" aria-label="{escape(label)}: {words}">'
        f'<span style="width:{width:.4g}%"></span></span><span class="mb-num">{words}</span></span>'
    )
