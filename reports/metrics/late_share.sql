/*---
title: Late share
family: quality
unit: share
better: down
definition: >-
  Share of requests that arrived more than the source's late_after_hours after the end of their day, among those whose
  log says when they arrived.
formula: late / requests with an arrival time
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.01, poor: 0.1}
needs:
  arrived: no arrival time is logged
minimum: 20
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(late) AS numerator,
  sum(arrived) AS denominator
FROM span.traffic
GROUP BY ALL
HAVING sum(arrived) > 0
