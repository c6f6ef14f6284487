/*---
title: Error share
family: usage
unit: share
better: down
definition: Share of requests that ended in an error, among those whose log says how they ended.
formula: errors / requests with a status
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.01, poor: 0.05}
needs:
  judged: no status is logged
minimum: 20
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(errors) AS numerator,
  sum(judged) AS denominator
FROM span.traffic
GROUP BY ALL
HAVING sum(judged) > 0
