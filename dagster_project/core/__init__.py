"""Pure code: no files, no clock, no database. Statistics, grades, and the shapes that flow between layers."""
