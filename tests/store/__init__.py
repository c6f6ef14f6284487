"""Tests of dagster_project.store."""
