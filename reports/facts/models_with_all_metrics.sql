/*---
title: Models with all five metrics
unit: share
definition: Of the models that answered in the last 28 days, those with usage, latency, performance, data quality and drift.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE requests > 0 AND (timed > 0 AND has_drift AND labels >= 30)) AS numerator,
  count(model_id) FILTER (WHERE requests > 0) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE requests > 0 AND NOT (timed > 0 AND has_drift AND labels >= 30))) AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
