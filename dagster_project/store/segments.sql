-- The segments of labelled and waiting requests of the lake, after their model's declaration changed. Run by
-- store/segments.py.

-- name: days
-- The days with requests of the models that are labelled or wait for a label.
SELECT DISTINCT t.source, t.day FROM daily.traffic AS t
WHERE list_contains($models, t.model_id) AND (
    EXISTS (SELECT 1 FROM ops.part AS p WHERE p.kind = 'labelled' AND p.source = t.source AND p.day = t.day)
    OR EXISTS (SELECT 1 FROM lake.waiting AS w WHERE w.source = t.source AND w.day = t.day))
ORDER BY ALL

-- name: belongings
CREATE OR REPLACE TEMP TABLE belonging AS
SELECT request_id, model_id, {segments} AS segments FROM read_parquet($requests, union_by_name = true)
WHERE list_contains($models, model_id)

-- name: waiting
UPDATE lake.waiting AS w SET segments = b.segments FROM temp.belonging AS b
WHERE w.source = $source AND w.day = $day AND w.request_id = b.request_id AND w.model_id = b.model_id

-- name: labelled
SELECT l.* REPLACE (coalesce(b.segments, l.segments) AS segments), $source AS part_source, '' AS part_model
FROM (SELECT * FROM read_parquet($labelled, union_by_name = true) UNION ALL BY NAME {none}) AS l
LEFT JOIN temp.belonging AS b ON b.request_id = l.request_id AND b.model_id = l.model_id
ORDER BY l.day, l.model_id, l.request_id
