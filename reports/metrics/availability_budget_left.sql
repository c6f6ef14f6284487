/*---
title: Availability error budget left
family: usage
unit: share
better: up
definition: >-
  What is left of the failed requests that the declared objective allows in the window; 100 % is untouched, 0 is spent,
  below 0 the objective is missed.
formula: 1 - errors / (requests * (1 - objective.availability))
source: Google, The Site Reliability Workbook, chapters 2 and 5
apply: ratio
thresholds: {good: 0.25, poor: 0}
minimum: 20
weight: 2
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(failed_ppm) / 1e6 - sum(failed) AS numerator,
  sum(failed_ppm) / 1e6 AS denominator,
  sum(asked)::BIGINT AS n
FROM span.objective
GROUP BY ALL
HAVING sum(asked) > 0
