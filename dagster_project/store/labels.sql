-- Requests and labels are matched by request id, whichever arrives first. lake.waiting holds scored requests without
-- a label, lake.unmatched labels without a request; both are narrow. Run by store/labels.py.

-- name: forget_waiting
DELETE FROM lake.waiting WHERE source = $source AND day IN (SELECT unnest($days::date[]))

-- name: wait
INSERT INTO lake.waiting
SELECT request_id, $source, file_id, model_id, version, day, user_hash, records, score, prediction, prediction_text,
       baseline, scores, {segments}
FROM ({rows})
WHERE (score IS NOT NULL OR prediction IS NOT NULL OR prediction_text IS NOT NULL)
  AND ($everyone OR list_contains($models, model_id))

-- name: wait_again
-- Requests of a day in the lake, except those that already wait or have their label.
INSERT INTO lake.waiting
SELECT request_id, $source, file_id, model_id, version, day, user_hash, records, score, prediction, prediction_text,
       baseline, scores, {segments}
FROM (SELECT * FROM read_parquet($stored, union_by_name = true) UNION ALL BY NAME {none}) AS r
WHERE (score IS NOT NULL OR prediction IS NOT NULL OR prediction_text IS NOT NULL)
  AND ($everyone OR list_contains($models, model_id))
  AND (model_id, request_id) NOT IN (
    SELECT (model_id, request_id) FROM lake.waiting WHERE source = $source AND day = $day
    UNION ALL SELECT (model_id, request_id) FROM ({no_labels} {labels}))

-- name: keep_inline
INSERT INTO lake.unmatched BY NAME
SELECT request_id, $source AS source, file_id, model_id, label, label_text, label_time,
       CAST(timezone($zone, label_time) AS DATE) AS label_day
FROM ({rows}) WHERE label IS NOT NULL OR label_text IS NOT NULL

-- name: without_label
SELECT * FROM ({rows}) WHERE label IS NULL AND label_text IS NULL

-- name: labelled_at_once
-- The result of matching labels that arrived with requests, for days without labelled requests so far.
SELECT request_id, file_id, $source AS label_source, file_id AS request_file_id, model_id, version, day,
       coalesce(CAST(timezone($zone, label_time) AS DATE), day) AS label_day, label_time, user_hash, records, score,
       prediction, prediction_text, baseline, scores, label, label_text, {segments} AS segments,
       $source AS part_source, '' AS part_model
FROM ({rows}) AS u
WHERE (label IS NOT NULL OR label_text IS NOT NULL)
  AND (score IS NOT NULL OR prediction IS NOT NULL OR prediction_text IS NOT NULL) AND {portion}
ORDER BY day, model_id, request_id

-- name: take_back_labels
-- The label's own time decides its day; if it had none, the day of its request did.
INSERT INTO lake.unmatched BY NAME
SELECT request_id, label_source AS source, file_id, model_id, label, label_text, label_time,
       CASE WHEN label_time IS NOT NULL THEN label_day END AS label_day
FROM (SELECT * FROM read_parquet($labelled, union_by_name = true) UNION ALL BY NAME {none})

-- name: take_back_requests
INSERT INTO lake.waiting BY NAME
SELECT request_id, $source AS source, request_file_id AS file_id, model_id, version, day, user_hash, records, score,
       prediction, prediction_text, baseline, scores, segments
FROM (SELECT * FROM read_parquet($labelled, union_by_name = true) UNION ALL BY NAME {none})

-- name: forget_labelled
DELETE FROM ops.part WHERE kind = 'labelled' AND list_contains($paths, path)

-- name: labelled_with_files
SELECT DISTINCT source, day FROM ops.part WHERE kind = 'labelled' AND list_has_any(file_ids, $file_ids)
ORDER BY source, day

-- name: forget_labels
DELETE FROM lake.unmatched WHERE source = $source AND list_contains($file_ids, file_id)

-- name: new_labels
SELECT * FROM read_parquet($spool, union_by_name = true) WHERE NOT list_contains($left_out, file_id)

-- name: pending_labels
SELECT request_id, $source AS source, file_id, model_id, label_time, label_day, file_row, true AS new
FROM ({new})
UNION ALL BY NAME
SELECT request_id, source, file_id, model_id, label_time, label_day, 0 AS file_row, false AS new
FROM lake.unmatched SEMI JOIN ({new}) USING (request_id)
WHERE NOT list_contains($inline_sources, source)

-- name: find_beaten
-- Of several labels for a request only the first counts: by label time (none: known at once), then the name of the
-- source, then the content hash of the file, then the row.
-- Only repeated ids are ranked: sorting all labels of a first night would cost more than everything else here.
CREATE OR REPLACE TEMP TABLE beaten_label AS
SELECT * FROM (
    SELECT *, row_number() OVER (
        PARTITION BY model_id, request_id ORDER BY label_time NULLS FIRST, source, file_id, file_row) AS place
    FROM ({pending}) SEMI JOIN temp.repeated_key AS t ON t.h = hash(model_id, request_id)
  )
WHERE place > 1

-- name: unbeaten_labels
SELECT * FROM ({new}) ANTI JOIN (SELECT file_id, file_row FROM temp.beaten_label WHERE new) USING (file_id, file_row)

-- name: label_accepted
SELECT file_id, label_day AS day, count(*) AS accepted, 0::bigint AS late FROM ({unbeaten}) GROUP BY ALL ORDER BY ALL

-- name: label_duplicates
SELECT source, file_id, label_day AS day, new, count(*) AS duplicate FROM temp.beaten_label
GROUP BY ALL ORDER BY ALL

-- name: drop_beaten
DELETE FROM lake.unmatched AS u USING temp.beaten_label AS b
WHERE NOT b.new AND u.source = b.source AND u.file_id = b.file_id AND u.request_id = b.request_id
  AND u.model_id = b.model_id

-- name: enter_labels
INSERT INTO lake.unmatched BY NAME
SELECT request_id, $source AS source, file_id, model_id, label, label_text, label_time, label_day FROM ({unbeaten})

-- name: match
-- A label that arrived with a request belongs to that very row, not to another with its id. Only requests with more
-- than one label are ranked. Rows are identified by position: their contents are read once, when they are written.
CREATE OR REPLACE TEMP TABLE matched AS
WITH pair AS MATERIALIZED (
    SELECT w.rowid AS waiting_row, u.rowid AS label_row
    FROM lake.waiting AS w JOIN lake.unmatched AS u ON u.request_id = w.request_id
    WHERE (u.model_id = '' OR u.model_id = w.model_id)
      AND (NOT list_contains($inline_sources, u.source) OR (u.source = w.source AND u.file_id = w.file_id))
  ),
  twice AS (SELECT waiting_row FROM pair GROUP BY waiting_row HAVING count(*) > 1)
SELECT *, 1 AS place FROM pair ANTI JOIN twice USING (waiting_row)
UNION ALL BY NAME
SELECT p.*, row_number() OVER (
    PARTITION BY p.waiting_row ORDER BY u.label_time NULLS FIRST, u.source, u.file_id, u.model_id) AS place
FROM pair AS p SEMI JOIN twice USING (waiting_row) JOIN lake.unmatched AS u ON u.rowid = p.label_row

-- name: challenged
-- Remaining labels whose request already has one: these days are matched again, so that the first label counts.
SELECT DISTINCT p.source, p.day
FROM read_parquet($labelled, union_by_name = true, filename = true) AS l
JOIN ops.part AS p ON p.kind = 'labelled' AND l.filename = $root || p.path
JOIN lake.unmatched AS u ON u.request_id = l.request_id AND (u.model_id = '' OR u.model_id = l.model_id)
WHERE u.rowid NOT IN (SELECT label_row FROM temp.matched)
ORDER BY ALL

-- name: matched_days
SELECT DISTINCT source, day FROM lake.waiting WHERE rowid IN (SELECT waiting_row FROM temp.matched)
ORDER BY source, day

-- name: labelled_rows
SELECT request_id, file_id, label_source, request_file_id, model_id, version, day, label_day, label_time, user_hash,
       records, score, prediction, prediction_text, baseline, scores, label, label_text, segments,
       $source AS part_source, '' AS part_model
FROM (
  SELECT w.request_id, u.file_id, u.source AS label_source, w.file_id AS request_file_id, w.model_id, w.version, w.day,
         coalesce(u.label_day, w.day) AS label_day, u.label_time, w.user_hash, w.records, w.score, w.prediction,
         w.prediction_text, w.baseline, w.scores, u.label, u.label_text, w.segments
  FROM temp.matched AS m
  JOIN lake.waiting AS w ON w.rowid = m.waiting_row
  JOIN lake.unmatched AS u ON u.rowid = m.label_row
  WHERE m.place = 1 AND w.source = $source
  {stored}
)
ORDER BY day, model_id, request_id

-- name: stored_labels
UNION ALL BY NAME SELECT * FROM read_parquet($labelled, union_by_name = true)

-- name: beaten
SELECT u.source, u.file_id, u.label_day AS day, count(*) AS duplicate
FROM (SELECT DISTINCT label_row FROM temp.matched WHERE place > 1) AS b
ANTI JOIN (SELECT label_row FROM temp.matched WHERE place = 1) USING (label_row)
JOIN lake.unmatched AS u ON u.rowid = b.label_row
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

-- name: never_counted
-- Models with labelled requests but without any outcome, without any no or without any yes, and the newest labelled
-- files of each source.
SELECT DISTINCT m.model_id, p.path
FROM catalog.model AS m
JOIN (SELECT DISTINCT model_id, source FROM daily.traffic WHERE day <= $as_of) AS t USING (model_id)
JOIN (
  SELECT source, path FROM ops.part WHERE kind = 'labelled' AND day <= $as_of
  QUALIFY dense_rank() OVER (PARTITION BY source ORDER BY day DESC) <= $days
) AS p USING (source)
WHERE coalesce(m.task, 'binary') IN ('binary', 'regression')
  AND m.model_id NOT IN (
    SELECT model_id FROM daily.outcome_binary GROUP BY model_id HAVING sum(fp + tn) > 0 AND sum(tp + fn) > 0
    UNION ALL SELECT model_id FROM daily.outcome_regression
    UNION ALL SELECT model_id FROM daily.outcome_class)
ORDER BY ALL

-- name: coded
-- Labels of models for which every label is a yes although some are beyond 1: codes, with the most frequent ones.
SELECT model_id, label_source AS source, sum(n)::BIGINT AS n, min(first_day) AS first_day, max(last_day) AS last_day,
       list(format('{:g}', label) ORDER BY n DESC, label)[:3] AS codes
FROM (
  SELECT model_id, label_source, label, count(*) AS n, min(day) AS first_day, max(day) AS last_day
  FROM ({none} {stored})
  WHERE label IS NOT NULL AND model_id IN (SELECT unnest($models))
    AND model_id IN (SELECT model_id FROM daily.outcome_binary GROUP BY model_id HAVING sum(fp + tn) = 0)
  GROUP BY ALL
)
GROUP BY ALL HAVING max(label) > 1 ORDER BY model_id, source

-- name: denied
-- Labels of models without a single yes, from sources that say which words mean yes: perhaps none of their words does.
SELECT model_id, label_source AS source, count(*) AS n, min(day) AS first_day, max(day) AS last_day
FROM ({none} {stored})
WHERE label IS NOT NULL AND model_id IN (SELECT unnest($models)) AND label_source IN (SELECT unnest($in_words))
  AND model_id IN (SELECT model_id FROM daily.outcome_binary GROUP BY model_id HAVING sum(tp + fn) = 0)
GROUP BY ALL HAVING count(*) >= $enough ORDER BY model_id, source

-- name: texts
-- Labels of models that are words instead of numbers, with the most frequent ones.
SELECT model_id, label_source AS source, sum(n)::BIGINT AS n, min(first_day) AS first_day, max(last_day) AS last_day,
       list(label_text ORDER BY n DESC, label_text)[:3] AS texts
FROM (
  SELECT model_id, label_source, label_text, count(*) AS n, min(day) AS first_day, max(day) AS last_day
  FROM ({none} {stored})
  WHERE label IS NULL AND label_text IS NOT NULL AND model_id IN (SELECT unnest($models))
  GROUP BY ALL
)
GROUP BY ALL ORDER BY model_id, source

-- name: astray
-- Labels whose requests have not arrived, of models with waiting requests and not one label; ids of both sides. Labels
-- without a model may belong to any of them, as long as no label at all has found its request.
WITH silent AS (
  SELECT model_id, [left(min(request_id), 100)] AS waiting FROM lake.waiting
  WHERE day <= $as_of
    AND model_id NOT IN (SELECT model_id FROM ({none} {stored}))
    AND model_id NOT IN (
      SELECT model_id FROM daily.outcome_binary
      UNION ALL SELECT model_id FROM daily.outcome_regression
      UNION ALL SELECT model_id FROM daily.outcome_class)
  GROUP BY model_id
)
SELECT s.model_id, u.source, count(*) AS n, min(u.label_day) AS first_day, max(u.label_day) AS last_day,
       [left(min(u.request_id), 100)] AS ids, any_value(s.waiting) AS waiting
FROM silent AS s
JOIN lake.unmatched AS u
  ON u.model_id = s.model_id OR u.model_id = '' AND NOT EXISTS (FROM ops.part WHERE kind = 'labelled')
WHERE u.label_day IS NULL OR u.label_day <= $as_of
GROUP BY ALL ORDER BY ALL
