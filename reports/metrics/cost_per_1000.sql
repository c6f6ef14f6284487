/*---
title: Cost per 1,000 requests
family: usage
unit: currency
better: down
definition: Logged cost of the window for every 1,000 of its requests, in the workspace's currency; only where a source maps cost.
formula: 1000 * sum(cost) / requests
apply: ratio
minimum: 20
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(cost_micro) / 1e6 AS numerator,
  sum(requests) / 1e3 AS denominator,
  sum(requests)::BIGINT AS n
FROM span.traffic
GROUP BY ALL
HAVING sum(cost_micro) IS NOT NULL
