/*---
title: Latency burn rate
family: latency
unit: "1"
better: down
definition: >-
  How fast the window spends the error budget of slow requests: 1 spends exactly what the declared objective allows, 14 in
  one day spends half of 28 days' budget.
formula: (slow / timed) / (1 - objective.share)
source: Google, The Site Reliability Workbook, chapter 5
apply: ratio
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(slow) AS numerator,
  sum(slow_ppm) / 1e6 AS denominator,
  sum(timed)::BIGINT AS n
FROM span.objective
GROUP BY ALL
HAVING sum(timed) > 0
