"""Literal and array types that several layers share. Nothing is computed here; every layer may import it."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Grade: TypeAlias = Literal["good", "watch", "poor", "unknown"]
"""How a figure compares with its target; unknown is never shown as good."""

State: TypeAlias = Literal["pass", "fail", "warning", "not applicable", "not reported", "error", "waived"]
"""The result of a milestone; not reported (no data) is never the same as fail."""

Evidence: TypeAlias = Literal["A", "B", "C", "D"]
"""What a value rests on: A randomised, B quasi-experimental, C pre/post or modelled, D declared."""

Floats: TypeAlias = NDArray[np.float64]
"""Real numbers; nan means "not computable" or "not available", never zero."""

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

Numbers: TypeAlias = NDArray[Any]
"""Counts or sums as the caller has them, integers or floats; converted to floats where used."""
