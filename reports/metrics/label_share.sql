/*---
title: Labelled share
family: quality
unit: share
better: up
definition: Share of the window's requests whose label had arrived by the day of the report.
formula: labelled / requests
source: Wilson (1927) 90 % interval, requests taken as independent
apply: share
minimum: 20
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(labelled) AS numerator,
  sum(requests) AS denominator
FROM (
  SELECT model_id, version, segment, day, window_days, requests, 0 AS labelled FROM span.traffic
  UNION ALL
  SELECT model_id, version, segment, day, window_days, 0, tp + fp + fn + tn FROM span.outcome_binary
  UNION ALL
  SELECT model_id, version, segment, day, window_days, 0, n FROM span.outcome_regression
) AS counted
GROUP BY ALL
HAVING sum(requests) > 0 AND sum(labelled) > 0
