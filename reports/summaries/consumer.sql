/*---
title: Requests by consumer
table: daily.consumer
per: input
definition: Requests of a day by the caller that the log names; '' where it names none.
---*/
SELECT
  key,
  consumer,
  count(*) AS requests,
  sum(records) AS records,
  sum(CASE WHEN error THEN 1 ELSE 0 END) AS errors,
  sum(CASE WHEN error IS NULL THEN 0 ELSE 1 END) AS judged
FROM input
GROUP BY key, consumer
