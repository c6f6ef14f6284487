-- Requests and labels find each other by request id, whichever comes first. lake.waiting holds scored requests
-- without a label, lake.unmatched labels without a request; both are narrow. Run by store/labels.py.

-- name: forget_waiting
DELETE FROM lake.waiting WHERE source = $source AND day IN (SELECT unnest($days::date[]))

-- name: wait
INSERT INTO lake.waiting
SELECT request_id, $source, file_id, model_id, version, day, user_hash, records, score, prediction, prediction_text,
       baseline, {segments}
FROM ({rows})
WHERE (score IS NOT NULL OR prediction IS NOT NULL OR prediction_text IS NOT NULL)
  AND ($everyone OR list_contains($models, model_id))

-- name: keep_inline
INSERT INTO lake.unmatched BY NAME
SELECT request_id, $source AS source, file_id, model_id, label, label_text, label_time,
       CAST(timezone($zone, label_time) AS DATE) AS label_day
FROM ({rows}) WHERE label IS NOT NULL OR label_text IS NOT NULL

-- name: without_label
SELECT * FROM ({rows}) WHERE label IS NULL AND label_text IS NULL

-- name: labelled_at_once
-- What matching would make of labels that came with requests, for days on which none was labelled before.
SELECT request_id, file_id, $source AS label_source, file_id AS request_file_id, model_id, version, day,
       coalesce(CAST(timezone($zone, label_time) AS DATE), day) AS label_day, label_time, user_hash, records, score,
       prediction, prediction_text, baseline, label, label_text, {segments} AS segments,
       $source AS part_source, '' AS part_model
FROM ({rows}) AS u
WHERE (label IS NOT NULL OR label_text IS NOT NULL)
  AND (score IS NOT NULL OR prediction IS NOT NULL OR prediction_text IS NOT NULL) AND {portion}
ORDER BY day, model_id, request_id

-- name: take_back_labels
-- The label's own time decides its day; where it had none, its request's day did.
INSERT INTO lake.unmatched BY NAME
SELECT request_id, label_source AS source, file_id, model_id, label, label_text, label_time,
       CASE WHEN label_time IS NOT NULL THEN label_day END AS label_day
FROM (SELECT * FROM read_parquet($labelled, union_by_name = true) UNION ALL BY NAME {none})

-- name: take_back_requests
INSERT INTO lake.waiting BY NAME
SELECT request_id, $source AS source, request_file_id AS file_id, model_id, version, day, user_hash, records, score,
       prediction, prediction_text, baseline, segments
FROM (SELECT * FROM read_parquet($labelled, union_by_name = true) UNION ALL BY NAME {none})

-- name: forget_labelled
DELETE FROM ops.part WHERE kind = 'labelled' AND list_contains($paths, path)

-- name: labelled_with_files
SELECT DISTINCT source, day FROM ops.part WHERE kind = 'labelled' AND list_has_any(file_ids, $file_ids)
ORDER BY source, day

-- name: forget_labels
DELETE FROM lake.unmatched WHERE source = $source AND list_contains($file_ids, file_id)

-- name: rank_labels
-- Of two labels with one request the first counts: the earliest label time (none: known at once), then the
-- source's name, then the file's content hash, then the row.
-- Only ids that come twice are ranked: sorting all labels of a first night would cost more than all else here.
CREATE OR REPLACE TEMP TABLE new_label AS
WITH pending AS (
    SELECT request_id, $source AS source, file_id, model_id, label, label_text, label_time, label_day, file_row,
           true AS new
    FROM read_parquet($spool, union_by_name = true) WHERE NOT list_contains($left_out, file_id)
    UNION ALL BY NAME
    SELECT u.*, 0 AS file_row, false AS new FROM lake.unmatched AS u SEMI JOIN (
        SELECT request_id FROM read_parquet($spool, union_by_name = true)) USING (request_id)
    WHERE NOT list_contains($inline_sources, u.source)
  ),
  twice AS (SELECT model_id, request_id FROM pending GROUP BY ALL HAVING count(*) > 1)
SELECT *, 1 AS place FROM pending ANTI JOIN twice USING (model_id, request_id)
UNION ALL BY NAME
SELECT *, row_number() OVER (
    PARTITION BY model_id, request_id ORDER BY label_time NULLS FIRST, source, file_id, file_row) AS place
FROM pending SEMI JOIN twice USING (model_id, request_id)

-- name: label_accepted
SELECT file_id, label_day AS day, count(*) AS accepted, 0::bigint AS late FROM temp.new_label
WHERE new AND place = 1 GROUP BY ALL ORDER BY ALL

-- name: label_duplicates
SELECT source, file_id, label_day AS day, new, count(*) AS duplicate FROM temp.new_label
WHERE place > 1 GROUP BY ALL ORDER BY ALL

-- name: drop_beaten
DELETE FROM lake.unmatched AS u USING temp.new_label AS n
WHERE NOT n.new AND n.place > 1 AND u.source = n.source AND u.file_id = n.file_id AND u.request_id = n.request_id
  AND u.model_id = n.model_id

-- name: enter_labels
INSERT INTO lake.unmatched BY NAME
SELECT request_id, source, file_id, model_id, label, label_text, label_time, label_day FROM temp.new_label
WHERE new AND place = 1

-- name: match
-- A label that came inside a request belongs to that very row, not to another with its id. Only requests with more
-- than one label are ranked.
CREATE OR REPLACE TEMP TABLE matched AS
WITH pair AS MATERIALIZED (
    SELECT w.rowid AS waiting_row, u.rowid AS label_row, w.request_id, w.source, w.day, w.model_id, w.version,
           w.user_hash, w.records, w.score, w.prediction, w.prediction_text, w.baseline, w.segments,
           w.file_id AS request_file_id,
           u.file_id, u.source AS label_source, u.model_id AS label_model, u.label, u.label_text, u.label_time,
           u.label_day AS own_day, coalesce(u.label_day, w.day) AS label_day
    FROM lake.waiting AS w JOIN lake.unmatched AS u ON u.request_id = w.request_id
    WHERE (u.model_id = '' OR u.model_id = w.model_id)
      AND (NOT list_contains($inline_sources, u.source) OR (u.source = w.source AND u.file_id = w.file_id))
  ),
  twice AS (SELECT waiting_row FROM pair GROUP BY waiting_row HAVING count(*) > 1)
SELECT *, 1 AS place FROM pair ANTI JOIN twice USING (waiting_row)
UNION ALL BY NAME
SELECT *, row_number() OVER (
    PARTITION BY waiting_row ORDER BY label_time NULLS FIRST, label_source, file_id, label_model) AS place
FROM pair SEMI JOIN twice USING (waiting_row)

-- name: challenged
-- Labels left over whose request already has one: these days are matched again, so that the first one counts.
SELECT DISTINCT p.source, p.day
FROM read_parquet($labelled, union_by_name = true, filename = true) AS l
JOIN ops.part AS p ON p.kind = 'labelled' AND l.filename = $root || p.path
JOIN lake.unmatched AS u ON u.request_id = l.request_id AND (u.model_id = '' OR u.model_id = l.model_id)
WHERE u.rowid NOT IN (SELECT label_row FROM temp.matched)
ORDER BY ALL

-- name: matched_days
SELECT DISTINCT source, day FROM temp.matched ORDER BY source, day

-- name: labelled_rows
SELECT request_id, file_id, label_source, request_file_id, model_id, version, day, label_day, label_time, user_hash,
       records, score, prediction, prediction_text, baseline, label, label_text, segments,
       $source AS part_source, '' AS part_model
FROM (
  SELECT * EXCLUDE (waiting_row, label_row, label_model, own_day, place, source) FROM temp.matched
  WHERE place = 1 AND source = $source
  {stored}
)
ORDER BY day, model_id, request_id

-- name: stored_labels
UNION ALL BY NAME SELECT * FROM read_parquet($labelled, union_by_name = true)

-- name: beaten
SELECT label_source AS source, file_id, own_day AS day, count(DISTINCT label_row) AS duplicate FROM temp.matched
WHERE label_row NOT IN (SELECT label_row FROM temp.matched WHERE place = 1)
GROUP BY ALL ORDER BY ALL

-- name: drop_waiting
DELETE FROM lake.waiting WHERE rowid IN (SELECT waiting_row FROM temp.matched)

-- name: drop_unmatched
DELETE FROM lake.unmatched WHERE rowid IN (SELECT label_row FROM temp.matched)

-- name: drop_inline
DELETE FROM lake.unmatched WHERE list_contains($inline_sources, source)

-- name: expire_waiting
DELETE FROM lake.waiting WHERE day < $before

-- name: expire_unmatched
DELETE FROM lake.unmatched WHERE label_day < $before
