/*---
title: Training runs not started by hand
unit: share
definition: Of the training runs of the last 365 days, those started by a schedule, new data, drift or an alert.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(e.day) FILTER (WHERE coalesce(lower(e.trigger) <> 'manual', false)) AS numerator,
  count(e.day) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(DISTINCT titled(e.model_id)) FILTER (WHERE NOT (coalesce(lower(e.trigger) <> 'manual', false)))) AS detail
FROM calendar
LEFT JOIN run AS e ON e.day BETWEEN calendar.day - 365 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
