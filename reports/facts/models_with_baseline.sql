/*---
title: Models with a simple alternative
unit: share
definition: Models in production that name the simple alternative they must beat.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE baseline IS NOT NULL) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT (baseline IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
