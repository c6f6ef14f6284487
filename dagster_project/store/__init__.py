"""The only package that knows DuckDB: the warehouse, the lake's files, the engine that rolls up events."""
