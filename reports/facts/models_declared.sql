/*---
title: Serving models that somebody declared
unit: share
definition: Models in production that a file of data/catalog names.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE is_declared) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT (is_declared))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
