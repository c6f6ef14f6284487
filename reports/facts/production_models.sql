/*---
title: Models in production
unit: count
definition: Models declared to be in production, or undeclared and serving.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) AS numerator,
  NULL AS denominator,
  nullif(numerator, 0)::DOUBLE AS value,
  '' AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
