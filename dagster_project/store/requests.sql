-- Assemble requests: rows just read (the spool) and the rows that the lake has for the same days. $-names are
-- parameters, {names} are SQL made by store/requests.py, which runs this.

-- name: spooled
SELECT * FROM read_parquet($spool, union_by_name = true) WHERE NOT list_contains($left_out, file_id)

-- name: spooled_numbered
SELECT s.* REPLACE (s.request_id || '-' || coalesce(r.place, 1) AS request_id)
FROM ({spooled}) AS s LEFT JOIN temp.repeated AS r ON r.file_id = s.file_id AND r.file_row = s.file_row

-- name: number_repeated
-- Equal rows of a file have the same hash as id; only repeated ones are numbered.
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT file_id, file_row, row_number() OVER (PARTITION BY file_id, request_id ORDER BY file_row) AS place
FROM ({spooled}) SEMI JOIN temp.repeated_key AS t ON t.h = hash(file_id, request_id)

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

-- name: hash_keys
-- Hashes instead of keys: grouping 8 bytes per row costs a third, and every slice fits into memory.
CREATE OR REPLACE TEMP TABLE key_hash AS SELECT hash({keys}) AS h FROM ({rows})

-- name: no_hash_twice
CREATE OR REPLACE TEMP TABLE repeated_key (h UBIGINT)

-- name: hashes_twice
INSERT INTO temp.repeated_key
SELECT h FROM temp.key_hash WHERE h % $slices::UBIGINT = $slice::UBIGINT GROUP BY h HAVING count(*) > 1

-- name: forget_hashes
DROP TABLE temp.key_hash

-- name: find_duplicates
CREATE OR REPLACE TEMP TABLE duplicate AS
WITH pending AS (
    SELECT day, model_id, request_id, file_id, file_row, event_time
    FROM ({pending}) SEMI JOIN temp.repeated_key AS t ON t.h = hash(day, model_id, request_id)
  ),
  ranked AS (
    SELECT day, model_id, request_id, file_id, file_row, row_number() OVER (
        PARTITION BY day, model_id, request_id ORDER BY event_time, file_id, file_row) AS place
    FROM pending
  )
SELECT day, model_id, request_id, file_id, file_row FROM ranked WHERE place > 1

-- name: duplicate_counts
SELECT file_id, day, count(*) AS duplicate FROM temp.duplicate GROUP BY ALL ORDER BY ALL

-- name: unique_rows
SELECT * FROM ({pending}) ANTI JOIN temp.duplicate USING (day, model_id, request_id, file_id, file_row)

-- name: ordered
SELECT $source AS part_source, CASE WHEN l.large THEN u.model_id ELSE '' END AS part_model, {columns}
FROM ({unique}) AS u JOIN temp.model_day AS l ON l.day = u.day AND l.model_id = u.model_id
WHERE {portion}
ORDER BY u.day, part_model, u.model_id, u.event_time, u.request_id

-- name: forget_days
DELETE FROM ops.part WHERE kind = 'requests' AND source = $source AND list_contains($days, day)

-- name: forget_features
DELETE FROM ops.feature_day WHERE source = $source AND list_contains($days, day)

-- name: schema_changes
-- Mapped columns other than features are judged by the files' columns, because on a day without a score the only model
-- with scores may have rested. One vanished if no file of a day has it and each of the seven days before had one with it.
WITH days AS (
    SELECT day, lag(day) OVER (ORDER BY day) AS before
    FROM (SELECT DISTINCT day FROM ops.part WHERE kind = 'requests' AND source = $source)
  ),
  there AS (SELECT day, feature, n = unreadable AS retyped FROM ops.feature_day WHERE source = $source),
  brought AS (
    SELECT DISTINCT day, path FROM ops.ledger WHERE source = $source AND day IS NOT NULL AND rows_read > rejected
  ),
  numbered AS (SELECT day, count(*) AS files, row_number() OVER (ORDER BY day) AS place FROM brought GROUP BY day),
  lacking AS (
    SELECT b.day, u.name, count(*) AS files
    FROM brought AS b JOIN ops.unfound AS u ON u.source = $source AND u.path = b.path
    WHERE NOT starts_with(u.name, 'feature ') AND u.name NOT IN ('label', 'label_time')
    GROUP BY ALL
  ),
  without AS (SELECT day, name, place FROM lacking JOIN numbered USING (day, files))
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
UNION ALL
SELECT w.day, w.name, 'vanished'
FROM without AS w
WHERE w.place > 7 AND NOT EXISTS (
  SELECT 1 FROM without AS b WHERE b.name = w.name AND b.place BETWEEN w.place - 7 AND w.place - 1)
ORDER BY ALL
