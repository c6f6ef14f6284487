"""Tests of dagster_project.demo."""
