-- Facts: small rows, replaced by key. {table} is a table of schema fact, {key} its key columns, {time} its time
-- column. Run by store/facts.py.

-- name: forget
DELETE FROM {table} WHERE source = $source AND list_contains($replaced, file_id)

-- name: rank
-- Of rows with the same key the last one wins, by the path of the file, then by the row in it.
CREATE OR REPLACE TEMP TABLE ranked_fact AS
WITH paths AS (SELECT file_id, max(path) AS path FROM (
    SELECT file_id, path FROM temp.file_read WHERE state = 'read'
    UNION ALL SELECT file_id, path FROM ops.file WHERE source = $source) GROUP BY file_id),
  rows AS (
    SELECT {key}, {time} AS happened, file_id, file_row, true AS new
    FROM read_parquet($spool, union_by_name = true) WHERE NOT list_contains($left_out, file_id)
    UNION ALL BY NAME
    SELECT {key}, {time} AS happened, file_id, 0::bigint AS file_row, false AS new FROM {table} WHERE source = $source
  )
SELECT r.*, CAST(timezone($zone, happened) AS DATE) AS day,
       row_number() OVER (PARTITION BY {key} ORDER BY p.path DESC, r.file_row DESC, r.file_id) AS place
FROM rows AS r JOIN paths AS p USING (file_id)

-- name: accepted
SELECT file_id, day, count(*) AS accepted, 0::bigint AS late FROM temp.ranked_fact
WHERE new AND place = 1 GROUP BY ALL ORDER BY ALL

-- name: duplicates
SELECT file_id, day, new, count(*) AS duplicate FROM temp.ranked_fact WHERE place > 1 GROUP BY ALL ORDER BY ALL

-- name: drop_beaten
DELETE FROM {table} AS t USING temp.ranked_fact AS r
WHERE t.source = $source AND t.file_id = r.file_id AND NOT r.new AND r.place > 1 AND {same}

-- name: enter
INSERT INTO {table} BY NAME
SELECT f.* EXCLUDE (file_row), $source AS source
FROM read_parquet($spool, union_by_name = true) AS f
SEMI JOIN (SELECT file_id, file_row FROM temp.ranked_fact WHERE new AND place = 1) USING (file_id, file_row)
ORDER BY {key}
