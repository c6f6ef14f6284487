/*---
title: Error share
family: usage
unit: share
better: down
definition: Requests that ended in an error, of all requests.
formula: errors / requests
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.01, poor: 0.05}
minimum: 20
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(errors) AS numerator,
  sum(requests) AS denominator
FROM span.traffic
GROUP BY ALL
