-- Digests of what versions learned on their own days, for every day on which they served, so that a change there
-- recomputes the estimates that rest on it. Reads `version_days`, registered by the caller.
WITH own AS (
  SELECT model_id, version, start, until, labels_by FROM version_days WHERE apart AND start IS NOT NULL
), sums AS (
  SELECT o.model_id, o.version, sum(h.n) AS n, sum(h.n * h.bin) AS bins, sum(h.n * h.label * (h.bin + 128)) AS positive
  FROM own AS o
  JOIN daily.label_score_hist AS h
    ON h.model_id = o.model_id AND h.version = o.version AND h.segment = ''
    AND h.day BETWEEN o.start AND o.until AND h.label_day <= o.labels_by
  GROUP BY ALL
)
SELECT DISTINCT t.model_id, t.day, o.version, o.start, o.until, o.labels_by, s.n, s.bins, s.positive
FROM daily.traffic AS t
JOIN own AS o ON o.model_id = t.model_id AND o.version = t.version
JOIN sums AS s ON s.model_id = o.model_id AND s.version = o.version
WHERE t.segment = '' ORDER BY ALL
