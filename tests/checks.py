"""What a failed blocking check does outside Dagster: stop the night."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.pipeline.check import Check


def require_passed(verdicts: Sequence[Check]) -> None:
    """Fail if a blocking check did."""
    failed = [f"{one.name} ({one.detail})" for one in verdicts if one.blocking and not one.passed]
    assert not failed, failed
