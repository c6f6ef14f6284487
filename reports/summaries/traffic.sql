/*---
title: Requests, errors and tokens
table: daily.traffic
per: input
definition: >-
  Requests of a day and what they had: `judged` a status, `arrived` an arrival time. `hours` counts the clock hours (UTC)
  with at least one request.
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
    count(CASE WHEN error THEN 1 END) AS errors,
    count(CASE WHEN predicted THEN 1 END) AS scored,
    count(CASE WHEN late THEN 1 END) AS late,
    count(latency_ms) AS timed,
    count(error) AS judged,
    count(late) AS arrived,
    sum(tokens_in) AS tokens_in,
    sum(tokens_out) AS tokens_out,
    sum(CAST(floor(cost * 1000000 + 0.5) AS BIGINT)) AS cost_micro
  FROM input
  GROUP BY key, hour
) AS hours
GROUP BY key
