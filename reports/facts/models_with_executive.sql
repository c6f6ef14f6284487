/*---
title: Models with an accountable executive
unit: share
definition: Models in production whose accountable executive role is named.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE executive IS NOT NULL) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT (executive IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
