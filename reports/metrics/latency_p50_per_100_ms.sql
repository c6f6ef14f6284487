/*---
title: Latency p50 for 100 records
family: latency
unit: ms
better: down
definition: Of batch requests, the latency scaled to 100 records that 50 of 100 requests do not exceed.
formula: p50 of latency_ms * 100 / records, read from bins 2 % wide, of which bin b stands for 1.02^(b - 0.5) ms (within 1 %)
source: numpy's "inverted_cdf" quantile
apply: quantile
arguments: {q: 0.5}
minimum: 20
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bin,
  sum(n)::BIGINT AS n
FROM span.latency_hist
WHERE per = '100 records'
GROUP BY ALL
