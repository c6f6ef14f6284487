/*---
title: Versions with all six metadata items
unit: share
definition: Of the versions that served in the last 28 days, those with artifact, training data, training code, dependencies, prediction code and historical predictions.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE items = 6) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(trim(titled(model_id) || ' ' || version)) FILTER (WHERE NOT (items = 6))) AS detail
FROM calendar
LEFT JOIN documented USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
