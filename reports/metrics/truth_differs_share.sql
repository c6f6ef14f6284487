/*---
title: Share that differs from the truth
family: quality
unit: share
better: down
definition: >-
  Requests whose value is not what the declared source of truth says, of those that log both; by the name of the
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
