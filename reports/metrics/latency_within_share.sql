/*---
title: Answered within the objective
family: latency
unit: share
better: up
definition: Requests with a latency of at most the model's declared objective, of all requests with a latency.
formula: (timed - slower than objective.latency_ms) / timed, each request held against the limit itself (no bins)
source: Google, The Site Reliability Workbook, chapter 2; Wilson (1927) 90 % interval, requests taken as independent
apply: share
minimum: 20
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  sum(timed - slow) AS numerator,
  sum(timed) AS denominator
FROM span.objective
GROUP BY ALL
HAVING sum(timed) > 0
