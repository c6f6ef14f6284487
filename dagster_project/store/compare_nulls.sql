-- How many values of each column of a Parquet file are NULL, by the file's own word; NULL where it does not say.
SELECT path_in_schema AS name, CASE WHEN count(*) = count(stats_null_count) THEN CAST(sum(stats_null_count) AS BIGINT) END
FROM parquet_metadata(getvariable('file'))
GROUP BY path_in_schema
