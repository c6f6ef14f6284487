-- Digests of every model's reference days, so that a change there recomputes the readings that rest on them: the
-- summaries of requests, and the sums of the labels that count. Reads `model_days`, registered by the caller.
WITH summary AS (
  SELECT source, day, day || split_part(digest, ':', 1) || split_part(digest, ':', 3) AS of_requests
  FROM ops.summarised
), label AS (
  SELECT model_id, day, label_day, tp + fp + fn + tn AS n, tp + fn AS y FROM daily.outcome_binary
  WHERE segment = ''
  UNION ALL
  SELECT model_id, day, label_day, n, y FROM daily.outcome_regression WHERE segment = ''
  UNION ALL
  SELECT model_id, day, label_day, n, n * (hash(value) % 65521) FROM daily.label_hist
  WHERE value IS NOT NULL
), labels AS (
  SELECT r.model_id, r.of_day, r.start, r.until, r.labels_by, sum(l.n) || ' ' || sum(l.y) AS sums
  FROM model_days AS r
  JOIN label AS l
    ON l.model_id = r.model_id AND l.day BETWEEN r.start AND r.until AND l.label_day <= r.labels_by
  GROUP BY ALL
)
SELECT
  r.model_id, r.of_day, r.until,
  string_agg(DISTINCT s.of_requests, ',' ORDER BY s.of_requests) AS summaries,
  any_value(r.mature) AS mature, any_value(labels.sums) AS labels
FROM model_days AS r
JOIN daily.traffic AS t ON t.model_id = r.model_id AND t.day BETWEEN r.start AND r.until AND t.segment = ''
JOIN summary AS s ON s.source = t.source AND s.day = t.day
LEFT JOIN labels
  ON labels.model_id = r.model_id AND labels.of_day IS NOT DISTINCT FROM r.of_day
  AND labels.start = r.start AND labels.until = r.until
GROUP BY r.model_id, r.of_day, r.start, r.until ORDER BY r.model_id, r.of_day, r.start, r.until
