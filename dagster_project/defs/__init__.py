"""Dagster: assets of three lines, checks, schedule. Business logic lives in `pipeline`."""
