/*---
title: Hours to detect an incident
unit: hours
definition: Median hours from start to detection, over the incidents of the last 365 days detected so far. Those detected before they began, through a wrong clock, are left out and named.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  median(date_diff('second', e.started_at, e.detected_at) / 3600.0) FILTER (WHERE e.detected_at >= e.started_at) AS value,
  NULL AS numerator,
  count(e.day) FILTER (WHERE e.detected_at >= e.started_at) AS denominator,
  coalesce('Detected before they began: '
    || string_agg(DISTINCT e.incident_id, '; ' ORDER BY e.incident_id) FILTER (WHERE e.detected_at < e.started_at)
    || '.', '') AS detail
FROM calendar
LEFT JOIN incident AS e ON e.day BETWEEN calendar.day - 365 AND calendar.day AND local_day(e.detected_at) <= calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
