/*---
title: Arrival delay p95
family: quality
unit: minutes
better: down
definition: >-
  The time from a request's event to its arrival in the log that 95 of 100 requests of the window do not exceed; only
  where a source maps arrival_time.
formula: p95 of arrival_time - event_time, read from bins 2 % wide, of which bin b stands for 1.02^(b - 0.5) min (within 1 %); an arrival before its event counts as 0.001 min
source: numpy's "inverted_cdf" quantile
apply: quantile
arguments: {q: 0.95}
minimum: 100
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  bin,
  sum(n)::BIGINT AS n
FROM span.arrival_hist
GROUP BY ALL
