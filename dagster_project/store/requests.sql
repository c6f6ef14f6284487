-- Assembling requests: rows just read (the spool) with the rows the lake has of the same days. $-names are
-- parameters, {names} are SQL that store/requests.py makes. Run by store/requests.py.

-- name: spooled
SELECT * FROM read_parquet($spool, union_by_name = true) WHERE NOT list_contains($left_out, file_id)

-- name: spooled_numbered
SELECT * REPLACE (request_id || '-' || row_number() OVER (
         PARTITION BY file_id, request_id ORDER BY file_row) AS request_id)
FROM read_parquet($spool, union_by_name = true) WHERE NOT list_contains($left_out, file_id)

-- name: stored
SELECT *, 0::bigint AS file_row
FROM read_parquet($stored, union_by_name = true) WHERE NOT list_contains($replaced, file_id)

-- name: touched_days
SELECT DISTINCT day FROM ({spooled})
UNION
SELECT day FROM ops.ledger
WHERE source = $source AND list_contains($replaced, file_id) AND accepted > 0
ORDER BY day

-- name: replaced_days
SELECT DISTINCT day FROM ops.ledger
WHERE source = $source AND list_contains($replaced, file_id) AND accepted > 0
ORDER BY day

-- name: find_duplicates
CREATE OR REPLACE TEMP TABLE duplicate AS
WITH pending AS ({pending}),
  twice AS (SELECT day, model_id, request_id FROM pending GROUP BY ALL HAVING count(*) > 1),
  ranked AS (
    SELECT day, model_id, request_id, file_id, file_row, row_number() OVER (
        PARTITION BY day, model_id, request_id ORDER BY event_time, file_id, file_row) AS place
    FROM pending SEMI JOIN twice USING (day, model_id, request_id)
  )
SELECT day, model_id, request_id, file_id, file_row FROM ranked WHERE place > 1

-- name: duplicate_counts
SELECT file_id, day, count(*) AS duplicate FROM temp.duplicate GROUP BY ALL ORDER BY ALL

-- name: unique_rows
SELECT * FROM ({pending}) ANTI JOIN temp.duplicate USING (day, model_id, request_id, file_id, file_row)

-- name: large_models
CREATE OR REPLACE TEMP TABLE large_model AS
SELECT day, model_id FROM ({unique}) GROUP BY ALL HAVING count(*) > $large

-- name: ordered
SELECT $source AS part_source, CASE WHEN l.model_id IS NULL THEN '' ELSE l.model_id END AS part_model, {columns}
FROM ({unique}) AS u LEFT JOIN temp.large_model AS l ON l.day = u.day AND l.model_id = u.model_id
ORDER BY u.day, part_model, u.model_id, u.event_time, u.request_id

-- name: inline_labels
CREATE OR REPLACE TEMP TABLE inline_label AS
SELECT request_id, $source AS source, file_id, model_id, label, label_text, label_time,
       CAST(timezone($zone, label_time) AS DATE) AS label_day
FROM ({unique}) WHERE label IS NOT NULL OR label_text IS NOT NULL

-- name: forget_days
DELETE FROM ops.part WHERE kind = 'requests' AND source = $source AND list_contains($days, day)

-- name: forget_features
DELETE FROM ops.feature_day WHERE source = $source AND list_contains($days, day)

-- name: schema_changes
WITH days AS (
    SELECT day, lag(day) OVER (ORDER BY day) AS before
    FROM (SELECT DISTINCT day FROM ops.part WHERE kind = 'requests' AND source = $source)
  ),
  there AS (SELECT day, feature, n = unreadable AS retyped FROM ops.feature_day WHERE source = $source)
SELECT d.day, t.feature AS name, 'appeared' AS change
FROM days AS d JOIN there AS t USING (day) LEFT JOIN there AS b ON b.day = d.before AND b.feature = t.feature
WHERE d.before IS NOT NULL AND b.feature IS NULL
UNION ALL
SELECT d.day, b.feature, 'vanished'
FROM days AS d JOIN there AS b ON b.day = d.before LEFT JOIN there AS t ON t.day = d.day AND t.feature = b.feature
WHERE t.feature IS NULL
UNION ALL
SELECT d.day, t.feature, 'retyped'
FROM days AS d JOIN there AS t USING (day) JOIN there AS b ON b.day = d.before AND b.feature = t.feature
WHERE t.retyped AND NOT b.retyped
ORDER BY ALL
