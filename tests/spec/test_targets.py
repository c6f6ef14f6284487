"""Which models and features a target is for."""

from __future__ import annotations

import pytest

from dagster_project.spec.catalog import Model
from dagster_project.spec.targets import Target

MODEL = Model(id="m", team="Ops", pattern="batch")


@pytest.mark.parametrize(
    ("selectors", "whole", "feature"),
    [
        ({}, True, True),
        ({"models": ("m", "other")}, True, True),
        ({"teams": ("Sales",)}, False, False),
        ({"models": ("m",), "patterns": ("rest",)}, False, False),
        ({"features": ("age",)}, False, True),
        ({"features": ("size",)}, False, False),
    ],
)
def test_every_selector_must_name_the_model(
    selectors: dict[str, tuple[str, ...]], whole: bool, feature: bool
) -> None:
    """None fits all; one of a feature is not for the whole model, but is among the model's targets."""
    target = Target.model_validate({"metric": "x", "good": 1, "poor": 2, **selectors})
    assert target.fits(MODEL, "") == whole
    assert target.fits(MODEL, "age") == feature
    assert target.fits(MODEL) == (whole or "features" in selectors)
