"""The only room that knows DuckDB: the warehouse, the lake's files, and the engine that rolls events up."""
