"""Tests of dagster_project.readers."""
