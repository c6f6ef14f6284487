"""Prediction: an artifact (plain JSON, no pickle) scores raw feature values, without scikit-learn.

In: an `Artifact` made by `training`. Out: predictions. This is the demo's prediction code: `replay` measures
the wall-clock time of `Scorer.predict`, from raw values to predictions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

if TYPE_CHECKING:
    from dagster_project.demo.models import Estimator

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How raw values become columns: numbers standardised (missing: the mean), then a column per category."""

    numeric: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    categorical: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    def columns_of(self) -> dict[str, slice]:
        """Return feature -> its columns in the matrix."""
        places = {name: slice(i, i + 1) for i, name in enumerate(self.numeric)}
        start = len(self.numeric)
        for name, levels in zip(self.categorical, self.levels, strict=True):
            places[name] = slice(start, start + len(levels))
            start += len(levels)
        return places


@dataclass(frozen=True, slots=True)
class Artifact:
    """A trained model as it is stored: numbers only, safe to load from anywhere."""

    model_id: str
    version: str
    estimator: Estimator
    encoding: Encoding
    coefficients: tuple[float, ...]
    intercept: float

    def to_json(self) -> str:
        """Return the file's text; the same artifact gives the same text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Artifact:
        """Read the artifact from a file's text."""
        raw = json.loads(text)
        kept = raw.pop("encoding")
        encoding = Encoding(
            **{k: tuple(v) for k, v in kept.items() if k != "levels"},
            levels=tuple(tuple(levels) for levels in kept["levels"]),
        )
        return cls(**{**raw, "coefficients": tuple(raw["coefficients"])}, encoding=encoding)


class Encoder:
    """An encoding prepared for many small calls."""

    __slots__ = ("_index", "_mean", "_scale", "_width")

    def __init__(self, encoding: Encoding) -> None:
        """Lay out the matrix once."""
        places = encoding.columns_of()
        self._mean = np.array(encoding.mean)
        self._scale = np.array(encoding.scale)
        self._width = sum(s.stop - s.start for s in places.values())
        self._index = tuple(
            {level: places[name].start + i for i, level in enumerate(levels)}
            for name, levels in zip(encoding.categorical, encoding.levels, strict=True)
        )

    def encode(self, numbers: Floats, categories: Sequence[Sequence[str]]) -> Floats:
        """Encode numbers [rows, numeric], NaN where missing, and categories, one sequence per feature."""
        matrix = np.zeros((len(numbers), self._width))
        standardised = (numbers - self._mean) / self._scale
        standardised[np.isnan(standardised)] = 0.0
        matrix[:, : numbers.shape[1]] = standardised
        for index, values in zip(self._index, categories, strict=True):
            for row, value in enumerate(values):
                column = index.get(value)
                if column is not None:
                    matrix[row, column] = 1.0
        return matrix


class Scorer:
    """A loaded artifact: predicts a weighted sum of encoded values, for a binary model as a probability."""

    __slots__ = ("_binary", "_encoder", "_intercept", "_weights")

    def __init__(self, artifact: Artifact) -> None:
        """Lay out the numbers once."""
        self._encoder = Encoder(artifact.encoding)
        self._binary = artifact.estimator == "logistic"
        self._weights = np.array(artifact.coefficients)
        self._intercept = artifact.intercept

    def predict(self, numbers: Floats, categories: Sequence[Sequence[str]]) -> Floats:
        """Return for each row the probability of the positive class, or the predicted number."""
        total = self._encoder.encode(numbers, categories) @ self._weights + self._intercept
        return np.asarray(expit(total) if self._binary else total, dtype=np.float64)
