/*---
title: Availability burn rate
family: usage
unit: "1"
better: down
definition: >-
  How fast the window spends the error budget of failed requests: 1 spends exactly what the declared objective allows, 14 in
  one day spends half of 28 days' budget.
formula: (errors / requests) / (1 - objective.availability)
source: Google, The Site Reliability Workbook, chapter 5
apply: ratio
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(failed) AS numerator,
  sum(failed_ppm) / 1e6 AS denominator,
  sum(asked)::BIGINT AS n
FROM span.objective
GROUP BY ALL
HAVING sum(asked) > 0
