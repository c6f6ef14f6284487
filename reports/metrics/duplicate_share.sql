/*---
title: Duplicate share
family: quality
unit: share
better: down
definition: >-
  Rows that repeat a request already accepted for the same day, as a share of accepted rows and repeats; only where
  the log has request ids, and on days on which repeats can be told apart by model and version.
formula: duplicates / (requests + duplicates)
source: Wilson (1927) 90 % interval, rows taken as independent
apply: share
thresholds: {good: 0.001, poor: 0.02}
minimum: 20
---*/
SELECT
  t.model_id, t.version, '' AS segment, '' AS feature, t.day, t.window_days,
  sum(d.duplicates) AS numerator,
  sum(t.requests + d.duplicates) AS denominator
FROM span.traffic AS t
JOIN daily.duplicate AS d
  ON d.source = t.source AND d.model_id = t.model_id AND d.version = t.logged_version AND d.day = t.on_day
WHERE t.segment = ''
GROUP BY ALL
