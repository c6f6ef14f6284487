"""Turn log files into canonical rows: one module per format, one per kind of row.

In: paths and `spec.source.Source`. Out: `raw.RawBatch` from the formats, `mapped.Mapped` from the mappings.
Called by `pipeline.ingest_rows` and `pipeline.dry_run_logs`; nothing here knows the warehouse.
"""
