/*---
title: Rule failed share
family: quality
unit: share
better: down
definition: >-
  Requests that break one declared rule between their values, of those it could be judged on; a request that lacks a
  value, or that the rule's condition leaves out, is not among them.
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
