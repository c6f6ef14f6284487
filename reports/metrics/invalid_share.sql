/*---
title: Invalid share
family: quality
unit: share
better: down
definition: Share of the values that are outside the declared range or list, or not finite; missing values are not counted.
formula: invalid / (requests - missing)
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.001, poor: 0.02}
minimum: 20
---*/
SELECT
  model_id, version, segment, feature, day, window_days,
  sum(invalid) AS numerator,
  sum(n - missing) AS denominator
FROM span.feature_count
GROUP BY ALL
HAVING sum(n - missing) > 0
