"""Dagster: thin assets, checks and the schedule. Business logic is in `pipeline`."""
