/*---
title: Training runs that answer an alert
unit: share
definition: Of the training runs of the last 365 days, those triggered by an alert, by degradation or by drift.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(e.day) FILTER (WHERE coalesce(lower(e.trigger) IN ('alert', 'degradation', 'drift'), false)) AS numerator,
  count(e.day) AS denominator,
  share(numerator, denominator) AS value,
  '' AS detail
FROM calendar
LEFT JOIN run AS e ON e.day BETWEEN calendar.day - 365 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
