-- What monitors read. `watch_rule` (rule, metric, subject, segments, models) is registered by store.watch.

-- name: daily
-- The readings of single days that rules watch.
SELECT
  r.model_id, w.rule, r.metric, r.segment, r.feature, r.day, r.value AS observed, r.n,
  CASE WHEN r.value IS NULL THEN coalesce(nullif(r.reason, ''), 'not available') ELSE '' END AS note
FROM mart.reading AS r
JOIN watch_rule AS w ON w.metric = r.metric
WHERE r.window_days = 1 AND r.version = '' AND list_contains($days, r.day)
  AND (r.segment = '' OR w.segments)
  AND (w.models IS NULL OR list_contains(w.models, r.model_id))
  AND CASE w.subject
    WHEN 'whole' THEN r.feature = ''
    WHEN 'inputs' THEN r.feature <> '' AND NOT starts_with(r.feature, 'output:')
    WHEN 'outputs' THEN starts_with(r.feature, 'output:')
    ELSE true
  END
ORDER BY ALL

-- name: weekly
-- The mean of each week that ends on one of the days; a week needs at least five days with a value.
SELECT
  r.model_id, w.rule, r.metric, r.segment, r.feature, ends.day,
  CASE WHEN count(r.value) >= 5 THEN avg(r.value ORDER BY r.day) END AS observed, sum(r.n)::BIGINT AS n,
  CASE WHEN count(r.value) >= 5 THEN '' ELSE count(r.value) || ' of 5 days with a value' END AS note
FROM (SELECT unnest($days) AS day) AS ends
JOIN mart.reading AS r ON r.day BETWEEN ends.day - 6 AND ends.day
JOIN watch_rule AS w ON w.metric = r.metric
WHERE r.window_days = 1 AND r.version = ''
  AND (r.segment = '' OR w.segments)
  AND (w.models IS NULL OR list_contains(w.models, r.model_id))
  AND CASE w.subject
    WHEN 'whole' THEN r.feature = ''
    WHEN 'inputs' THEN r.feature <> '' AND NOT starts_with(r.feature, 'output:')
    WHEN 'outputs' THEN starts_with(r.feature, 'output:')
    ELSE true
  END
GROUP BY ALL
ORDER BY ALL

-- name: delivered
-- Rows of request logs by source and event day, accepted or not.
SELECT source, day, sum(rows_read)::BIGINT AS rows
FROM ops.ledger
WHERE kind = 'requests' AND list_contains($days, day)
GROUP BY ALL
HAVING sum(rows_read) > 0
ORDER BY ALL

-- name: first_delivered
SELECT source, min(day) AS first_day
FROM ops.ledger
WHERE kind = 'requests' AND day IS NOT NULL AND rows_read > 0
GROUP BY source
ORDER BY source

-- name: sources
-- The models in each source.
SELECT DISTINCT source, model_id FROM daily.traffic WHERE segment = '' ORDER BY ALL

-- name: schema_changes
SELECT
  source, day, coalesce(sum(n) FILTER (WHERE change <> 'appeared'), 0)::BIGINT AS gone,
  string_agg(
    CASE change
      WHEN 'vanished' THEN 'no value all day for '
      WHEN 'appeared' THEN 'first values for '
      ELSE 'no readable number all day for '
    END || names, '; ' ORDER BY change DESC
  ) AS note
FROM (
  SELECT source, day, change, count(*) AS n, string_agg(name, ', ' ORDER BY name) AS names
  FROM ops.schema_change
  WHERE list_contains($days, day)
  GROUP BY ALL
)
GROUP BY ALL
ORDER BY ALL

-- name: judged
-- A rule's signals before `first`: from `since` on, and those of each model's reference days.
SELECT s.*
FROM mart.signal AS s
LEFT JOIN watch_reference AS r ON r.model_id = s.model_id
WHERE s.rule = $rule AND s.day < $first AND (s.day >= $since OR s.day BETWEEN r.start AND r.until)
  AND (s.model_id = '' OR r.model_id IS NOT NULL)
ORDER BY s.model_id, s.metric, s.segment, s.feature, s.day

-- name: monitors_of_reference
-- Every monitor that was watched on the reference days of its model.
SELECT DISTINCT s.model_id, s.rule, s.metric, s.segment, s.feature
FROM mart.signal AS s
JOIN watch_reference AS r ON r.model_id = s.model_id AND s.day BETWEEN r.start AND r.until
ORDER BY ALL

-- name: day_digests
-- What the inputs of a day depend on: its readings, the rows of its sources, changed columns.
SELECT d.day, md5(concat_ws('|', s.digest, l.rows, c.changes)) AS digest
FROM (
  SELECT day FROM ops.scored UNION SELECT day FROM ops.ledger WHERE kind = 'requests' AND day IS NOT NULL
) AS d
LEFT JOIN ops.scored AS s USING (day)
LEFT JOIN (
  SELECT day, string_agg(source || ' ' || n, ',' ORDER BY source) AS rows FROM (
    SELECT source, day, sum(rows_read)::BIGINT AS n FROM ops.ledger WHERE kind = 'requests' GROUP BY ALL
  ) GROUP BY day
) AS l USING (day)
LEFT JOIN (
  SELECT day, string_agg(source || ' ' || name || ' ' || change, ',' ORDER BY source, name, change) AS changes
  FROM ops.schema_change GROUP BY day
) AS c USING (day)
ORDER BY d.day

-- name: inputs_judged
-- The inputs of a rule's signals on some days, with their models.
SELECT model_id, rule, metric, segment, feature, day, observed, n
FROM mart.signal
WHERE rule = $rule AND list_contains($days, day)
ORDER BY ALL

-- name: episodes
-- One row per episode, with the signal of the day it opened; `ended` is the day it closed.
WITH own AS (
  SELECT
    s.*,
    min(day) FILTER (WHERE day >= opened) OVER episode AS opening,
    max(last_fired) OVER episode AS last_seen,
    max(repeats) OVER episode AS seen,
    max(day) FILTER (WHERE closed) OVER episode AS ended,
    max(day) OVER (PARTITION BY model_id, rule, metric, segment, feature) AS newest
  FROM mart.signal AS s
  WHERE opened IS NOT NULL
  WINDOW episode AS (PARTITION BY model_id, rule, metric, segment, feature, opened)
)
SELECT * FROM own WHERE day = opening
ORDER BY model_id, rule, metric, segment, feature, opened
