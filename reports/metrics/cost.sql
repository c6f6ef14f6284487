/*---
title: Logged cost
family: usage
unit: currency
better: neither
definition: Cost of the window's requests as logged, in the workspace's currency; only where a source maps cost.
formula: sum(cost), each rounded to a millionth
apply: ratio
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(cost_micro) / 1e6 AS numerator,
  1 AS denominator,
  sum(requests)::BIGINT AS n
FROM span.traffic
GROUP BY ALL
HAVING sum(cost_micro) IS NOT NULL
