/*---
title: Late share
family: quality
unit: share
better: down
definition: Requests that arrived more than the source's late_after_hours after the end of their day, of all requests.
formula: late / requests
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.01, poor: 0.1}
minimum: 20
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(late) AS numerator,
  sum(requests) AS denominator
FROM span.traffic
GROUP BY ALL
