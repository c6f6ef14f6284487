"""Make ids from outside safe for paths, anchors and file names, and name contents by their digests.

Data keep ids as they arrived; everything that writes a path, an anchor or a link gets its name here and
nowhere else. Callers: readers, store (lake folders), spec, pipeline, publish.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase

LONGEST = 60
_HASH = 8
_STATE = 16
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_LOOKS_HASHED = re.compile(r"(?:^|-)[0-9a-f]{8}$")
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{device}{i}" for device in ("com", "lpt") for i in range(10)}
_TAKEN = _DEVICES | {"index"}
"""Names that Windows reserves for devices, and `index`, which web servers treat specially."""
OUTPUT = "output:"
"""Prefix of the names of answers and labels where they are listed beside a model's features."""
SCORE, PREDICTION, LABEL = (OUTPUT + name for name in ("score", "prediction", "label"))


def slug(identifier: str) -> str:
    """Return a name of 1 to 60 characters from a-z, 0-9 and '-'; different ids get different names.

    The id itself if it already is such a name, else its cleaned text and 8 hex digits of its SHA-256. An id
    that ends like a hashed name is hashed too, so that no id can be chosen to take the name of another.
    """
    if _PLAIN.fullmatch(identifier) and not _LOOKS_HASHED.search(identifier) and identifier not in _TAKEN:
        return identifier
    digest = content_id(identifier.encode("utf-8", "surrogatepass"))[:_HASH]
    text = _cleaned(identifier)[: LONGEST - _HASH - 1].strip("-")
    return f"{text}-{digest}" if text else f"id-{digest}"


def case_folded(column: str) -> str:
    """Return the name by which SQL identifies a column: A to Z in lower case, all else unchanged."""
    return column.translate(_LOWER)


def feature_name(feature: str) -> str:
    """Return the name of a feature for people; answers and labels have names of their own."""
    return {SCORE: "scores", PREDICTION: "predictions", LABEL: "labels"}.get(feature, feature)


def content_id(content: bytes) -> str:
    """Return the SHA-256 of the bytes as 64 hex digits; callers may shorten it."""
    return hashlib.sha256(content).hexdigest()


def state_id(lines: Iterable[str]) -> str:
    """Return 16 hex digits of the SHA-256 of some lines, to tell different states of their content apart."""
    return content_id("\n".join(lines).encode())[:_STATE]


def _cleaned(identifier: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", identifier).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
