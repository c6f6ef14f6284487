/*---
title: Values counted from outcomes
unit: share
definition: Of the models with unit values, those with labels in the last 28 days to count them by.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE value IS NOT NULL AND (labels > 0)) AS numerator,
  count(model_id) FILTER (WHERE value IS NOT NULL) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE value IS NOT NULL AND NOT (labels > 0))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
