/*---
title: Time from event to arrival
table: daily.arrival_hist
per: input
definition: >-
  Requests by bins of the minutes between event and arrival, each 2 % wide; bin b holds more than 1.02^(b-1) and at
  most 1.02^b minutes. Less than 0.001 minutes, or an arrival before the event, counts as 0.001.
---*/
SELECT
  key,
  CAST(ceil(ln(CASE WHEN arrival_s > 0.06 THEN arrival_s / 60 ELSE 0.001 END) / ln(1.02)) AS SMALLINT) AS bin,
  count(*) AS n,
  sum(CAST(floor(CASE WHEN arrival_s > 0 THEN arrival_s ELSE 0 END + 0.5) AS BIGINT)) AS sum_s
FROM input
WHERE arrival_s IS NOT NULL
GROUP BY
  key,
  CAST(ceil(ln(CASE WHEN arrival_s > 0.06 THEN arrival_s / 60 ELSE 0.001 END) / ln(1.02)) AS SMALLINT)
