/*---
title: Records
family: usage
unit: records
better: up
definition: Records scored in the window; a request that logs no number of records counts as one.
formula: sum(records)
apply: count
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(records) AS numerator
FROM span.traffic
GROUP BY ALL
