/*---
title: Complete requests
family: quality
unit: share
better: up
definition: Share of requests that have a value for every feature declared as required.
formula: complete / requests
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.99, poor: 0.95}
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(passed) AS numerator,
  sum(passed + failed) AS denominator
FROM span.rule
WHERE kind = 'complete'
GROUP BY ALL
