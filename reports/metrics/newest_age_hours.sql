/*---
title: Age of the newest request
family: quality
unit: hours
better: down
definition: Hours between the newest request of the window and the end of its last day; a day counts as 24 hours.
formula: 24 * (days after the newest request's day) + hours from it to the end of its day
apply: ratio
---*/
SELECT
  model_id, version, '' AS segment, '' AS feature, day, window_days,
  min(date_diff('day', on_day, day) * 86400 + left_s) AS numerator,
  3600 AS denominator,
  count(*) AS n
FROM span.newest
GROUP BY ALL
