/*---
title: Releases tried on part of the traffic
unit: share
definition: Of the versions that replaced another in production in the last 365 days, those that first served only part of the requests.
---*/
WITH release AS (
  SELECT model_id, version, min(day) AS day, arg_min(traffic_share, (started_at, deployment_id)) < 1 AS had_canary
  FROM deployment
  WHERE coalesce(traffic_share, 1) > 0
  GROUP BY model_id, version
  HAVING bool_or(coalesce(previous_version, version) NOT IN (version, ''))
)
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE had_canary) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id) || ' ' || version) FILTER (WHERE NOT coalesce(had_canary, false))) AS detail
FROM calendar
LEFT JOIN release ON release.day BETWEEN calendar.day - 365 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
