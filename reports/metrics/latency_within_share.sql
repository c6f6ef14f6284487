/*---
title: Answered within the objective
family: latency
unit: share
better: up
definition: Share of requests with a latency no higher than the model's declared objective, among all requests with a latency.
formula: (timed - slower than objective.latency_ms) / timed, each request compared with the limit itself (no bins)
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
