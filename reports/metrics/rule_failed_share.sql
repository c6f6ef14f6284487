/*---
title: Rule failed share
family: quality
unit: share
better: down
definition: >-
  Share of requests that break a declared rule between their values, among those it could be judged on. Requests that
  lack a value, or that the rule's condition leaves out, are not counted.
formula: failed / (passed + failed)
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.001, poor: 0.02}
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, rule AS feature, day, window_days,
  sum(failed) AS numerator,
  sum(passed + failed) AS denominator
FROM span.rule
WHERE kind = 'rule'
GROUP BY ALL
