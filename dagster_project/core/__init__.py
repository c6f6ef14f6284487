"""Pure code, without files, clock or database: statistics, grades, and the types that pass between layers."""
