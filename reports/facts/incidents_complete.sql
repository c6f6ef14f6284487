/*---
title: Incidents documented to the end
unit: share
definition: Of the incidents begun in the last 365 days, those with detection, acknowledgement, resolution and cause.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(e.day) FILTER (WHERE coalesce(local_day(e.resolved_at) <= calendar.day, false) AND e.detected_at IS NOT NULL AND e.acknowledged_at IS NOT NULL AND e.cause IS NOT NULL) AS numerator,
  count(e.day) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(DISTINCT e.incident_id) FILTER (WHERE NOT (coalesce(local_day(e.resolved_at) <= calendar.day, false) AND e.detected_at IS NOT NULL AND e.acknowledged_at IS NOT NULL AND e.cause IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN incident AS e ON e.day BETWEEN calendar.day - 365 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
