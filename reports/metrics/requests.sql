/*---
title: Requests
family: usage
unit: requests
better: up
definition: Accepted requests with an event time in the window, each counted once.
formula: count(requests)
apply: count
weight: 2
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  sum(requests) AS numerator
FROM span.traffic
GROUP BY ALL
