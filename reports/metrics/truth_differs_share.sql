/*---
title: Share that differs from the truth
family: quality
unit: share
better: down
definition: >-
  Share of requests whose value differs from the declared source of truth, among those that log both; one reading per
  declared truth.
formula: differing / (equal + differing), numbers equal within the declared tolerance
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
WHERE kind = 'truth'
GROUP BY ALL
