/*---
title: Records scored and eligible
table: daily.coverage
per: input
definition: >-
  Records that could have been scored (eligible, as the log says) and those that were; only for logs that say it, with
  all requests of the day, since a run may say it once.
---*/
SELECT
  key,
  sum(eligible) AS eligible,
  sum(CASE WHEN predicted THEN records ELSE 0 END) AS covered
FROM input
GROUP BY key
HAVING sum(eligible) IS NOT NULL
