"""Log files become canonical rows here: one file a format, one file a kind of row.

Flows in: paths and `spec.source.Source`. Flows out: `raw.RawBatch` from the formats, `mapped.Mapped` from the
mappings. Called by `pipeline.ingest_rows`; nothing here knows the warehouse.
"""
