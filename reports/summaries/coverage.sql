/*---
title: Records scored and eligible
table: daily.coverage
per: input
definition: >-
  Records that could have been scored (`eligible` in the log) and those that were; only for logs that state it, over all
  requests of the day, because a run may state it once.
---*/
SELECT
  key,
  sum(eligible) AS eligible,
  sum(CASE WHEN predicted THEN records ELSE 0 END) AS covered
FROM input
GROUP BY key
HAVING sum(eligible) IS NOT NULL
