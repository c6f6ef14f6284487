/*---
title: Latency of requests
table: daily.latency_hist
per: input
definition: Requests by bins of latency, each 2 % wide; bin b holds more than 1.02^(b-1) and at most 1.02^b ms.
---*/
SELECT
  key,
  'request' AS per,
  CAST(ceil(ln(CASE WHEN latency_ms > 0.001 THEN latency_ms ELSE 0.001 END) / ln(1.02)) AS SMALLINT) AS bin,
  count(*) AS n,
  sum(CAST(floor(latency_ms * 1000 + 0.5) AS BIGINT)) AS sum_us
FROM input
WHERE latency_ms IS NOT NULL
GROUP BY
  key,
  CAST(ceil(ln(CASE WHEN latency_ms > 0.001 THEN latency_ms ELSE 0.001 END) / ln(1.02)) AS SMALLINT)
