/*---
title: Active consumers
family: usage
unit: consumers
better: up
definition: Distinct callers named in the log with at least one request in the window.
formula: count(distinct consumer)
apply: count
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  count(DISTINCT consumer) AS numerator
FROM span.consumer
WHERE consumer <> ''
GROUP BY ALL
