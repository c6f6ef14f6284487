/*---
title: Latency of batches for 100 records
table: daily.latency_hist
per: input
definition: Batch requests by bins of latency * 100 / records, so that batches of different sizes can be compared.
---*/
SELECT
  key,
  '100 records' AS per,
  CAST(ceil(ln(CASE WHEN share_ms > 0.001 THEN share_ms ELSE 0.001 END) / ln(1.02)) AS SMALLINT) AS bin,
  count(*) AS n,
  sum(CAST(floor(share_ms * 1000 + 0.5) AS BIGINT)) AS sum_us
FROM (
  SELECT key, latency_ms * 100 / records AS share_ms
  FROM input
  WHERE batch AND latency_ms IS NOT NULL AND records > 0
) AS batches
GROUP BY
  key,
  CAST(ceil(ln(CASE WHEN share_ms > 0.001 THEN share_ms ELSE 0.001 END) / ln(1.02)) AS SMALLINT)
