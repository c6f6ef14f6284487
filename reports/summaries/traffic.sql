/*---
title: Requests, errors and tokens
table: daily.traffic
per: input
definition: >-
  Requests of a day with what they carried; judged had a status, arrived an arrival time. hours counts the clock hours
  (UTC) that saw at least one.
---*/
SELECT
  key,
  sum(requests) AS requests,
  sum(records) AS records,
  sum(errors) AS errors,
  sum(scored) AS scored,
  sum(late) AS late,
  sum(timed) AS timed,
  sum(judged) AS judged,
  sum(arrived) AS arrived,
  sum(tokens_in) AS tokens_in,
  sum(tokens_out) AS tokens_out,
  sum(cost_micro) AS cost_micro,
  count(*) AS hours
FROM (
  SELECT
    key,
    hour,
    count(*) AS requests,
    sum(records) AS records,
    sum(CASE WHEN error THEN 1 ELSE 0 END) AS errors,
    sum(CASE WHEN predicted THEN 1 ELSE 0 END) AS scored,
    sum(CASE WHEN late THEN 1 ELSE 0 END) AS late,
    sum(CASE WHEN latency_ms IS NULL THEN 0 ELSE 1 END) AS timed,
    sum(CASE WHEN error IS NULL THEN 0 ELSE 1 END) AS judged,
    sum(CASE WHEN late IS NULL THEN 0 ELSE 1 END) AS arrived,
    sum(tokens_in) AS tokens_in,
    sum(tokens_out) AS tokens_out,
    sum(CAST(floor(cost * 1000000 + 0.5) AS BIGINT)) AS cost_micro
  FROM input
  GROUP BY key, hour
) AS hours
GROUP BY key
