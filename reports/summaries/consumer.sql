/*---
title: Requests by consumer
table: daily.consumer
per: input
definition: Requests of a day by the caller named in the log; '' if it names none.
---*/
SELECT
  key,
  consumer,
  count(*) AS requests,
  sum(records) AS records,
  count(CASE WHEN error THEN 1 END) AS errors,
  count(error) AS judged
FROM input
GROUP BY key, consumer
