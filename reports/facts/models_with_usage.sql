/*---
title: Models whose usage is counted
unit: share
definition: Models in production with requests in the last 28 days.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE requests > 0) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT (requests > 0))) AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
