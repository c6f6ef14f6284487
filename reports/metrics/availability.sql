/*---
title: Availability
family: usage
unit: share
better: up
definition: Share of requests that ended without an error; only for models that declare an availability objective.
formula: (requests - errors) / requests
source: Google, The Site Reliability Workbook, chapter 2; Wilson (1927) 90 % interval, requests taken as independent
apply: share
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(asked - failed) AS numerator,
  sum(asked) AS denominator
FROM span.objective
GROUP BY ALL
HAVING sum(asked) > 0
