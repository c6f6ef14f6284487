"""The stages of a night as functions of a workspace and a day; no Dagster here."""
