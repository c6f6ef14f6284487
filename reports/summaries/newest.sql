/*---
title: Newest event of a day
table: daily.newest
per: input
definition: Seconds between the newest event of a day and the end of that day.
---*/
SELECT key, min(left_s) AS left_s
FROM input
GROUP BY key
