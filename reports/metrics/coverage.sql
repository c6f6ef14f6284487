/*---
title: Coverage
family: usage
unit: share
better: up
definition: Records scored, as a share of those that were eligible according to the log; only where a source maps eligible.
formula: sum(records of requests with a score or prediction) / sum(eligible)
apply: ratio
thresholds: {good: 0.99, poor: 0.9}
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(covered) AS numerator,
  sum(eligible) AS denominator
FROM span.coverage
GROUP BY ALL
HAVING sum(eligible) > 0
