"""Tests of dagster_project.core."""
