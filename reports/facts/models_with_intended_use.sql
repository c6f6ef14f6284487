/*---
title: Models with bounds of use
unit: share
definition: Models in production that say who uses them, what they are not for, and their limits.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE users IS NOT NULL AND out_of_scope IS NOT NULL AND limits IS NOT NULL) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT (users IS NOT NULL AND out_of_scope IS NOT NULL AND limits IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
