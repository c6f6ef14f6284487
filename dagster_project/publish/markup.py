"""The only way from text that this package wrote to markup that templates trust.

Drawing modules write HTML as f-strings, which cost a fifth of `Markup.format`, and escape every text that comes
from outside right where it enters; `written` marks the result. Tests send hostile text through every caller.
Called only by the drawing modules of this package, never with anyone else's text.
"""

from __future__ import annotations

import json

from markupsafe import Markup, escape


def written(html: str) -> Markup:
    """Markup of HTML in which the caller has escaped every part from outside."""
    return Markup(html)  # noqa: S704 - the reason is this module's docstring


def embedded(value: object, *, name: str = "") -> Markup:
    """Data for a script, in an element that never runs; `name` is its class."""
    given = f' class="{escape(name)}"' if name else ""
    return written(f'<script type="application/json"{given}>{script_json(value)}</script>')


def script_json(value: object) -> Markup:
    """JSON that is safe inside a script element: no '<', no '>', no '&'; keys in the order given."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return written(text)
