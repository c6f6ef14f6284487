/*---
title: Latency p99
family: latency
unit: ms
better: down
definition: The latency that 99 of 100 requests of the window do not exceed, as the log measured it.
formula: smallest latency with at least 0.99 of the requests at or below it, read from bins 2 % wide, of which bin b stands for 1.02^(b - 0.5) ms (within 1 %)
source: numpy's "inverted_cdf" quantile
apply: quantile
arguments: {q: 0.99}
needs:
  timed: no latency is logged
minimum: 500
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bin,
  sum(n)::BIGINT AS n
FROM span.latency_hist
WHERE per = 'request'
GROUP BY ALL
