/*---
title: Latency error budget left
family: latency
unit: share
better: up
definition: >-
  What is left of the slow requests that the declared objective allows in the window; 100 % is untouched, 0 is spent,
  below 0 the objective is missed.
formula: 1 - slow / (timed * (1 - objective.share))
source: Google, The Site Reliability Workbook, chapters 2 and 5
apply: ratio
thresholds: {good: 0.25, poor: 0}
minimum: 20
weight: 2
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(slow_ppm) / 1e6 - sum(slow) AS numerator,
  sum(slow_ppm) / 1e6 AS denominator,
  sum(timed)::BIGINT AS n
FROM span.objective
GROUP BY ALL
HAVING sum(timed) > 0
