/*---
title: Requests against the declared objective
table: daily.objective
per: input
definition: >-
  For models with an objective: requests with a latency, how many were slower than the declared limit, and how many may
  be (in millionths of a request); requests with a status, how many failed, and how many may.
---*/
SELECT
  key,
  sum(CASE WHEN latency_ms IS NULL OR limit_ms IS NULL THEN 0 ELSE 1 END) AS timed,
  sum(CASE WHEN latency_ms > limit_ms THEN 1 ELSE 0 END) AS slow,
  sum(CASE WHEN latency_ms IS NULL OR limit_ms IS NULL THEN 0 ELSE slow_ppm END) AS slow_ppm,
  sum(CASE WHEN failed_ppm IS NULL OR error IS NULL THEN 0 ELSE 1 END) AS asked,
  sum(CASE WHEN failed_ppm IS NOT NULL AND error THEN 1 ELSE 0 END) AS failed,
  sum(CASE WHEN failed_ppm IS NULL OR error IS NULL THEN 0 ELSE failed_ppm END) AS failed_ppm
FROM input
WHERE limit_ms IS NOT NULL OR failed_ppm IS NOT NULL
GROUP BY key
