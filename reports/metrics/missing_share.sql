/*---
title: Missing share
family: quality
unit: share
better: down
definition: Share of requests without a value of the feature, among all requests since the feature first appeared.
formula: missing / requests
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
thresholds: {good: 0.05, poor: 0.2}
minimum: 20
---*/
SELECT
  model_id, version, segment, feature, day, window_days,
  sum(missing) AS numerator,
  sum(n) AS denominator
FROM span.feature_count
GROUP BY ALL
