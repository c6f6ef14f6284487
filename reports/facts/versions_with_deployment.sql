/*---
title: Serving versions with a deployment record
unit: share
definition: Of the versions that served in the last 28 days, those whose deployment is on record; not reported before the first record of any.
---*/
WITH recorded AS (
  SELECT served.day, served.model_id, served.version,
         bool_or(coalesce(deployment.day <= served.day, false)) AS is_recorded
  FROM served
  JOIN standing USING (day, model_id)
  LEFT JOIN deployment ON deployment.model_id = served.model_id AND deployment.version = served.version
  WHERE served.day >= (SELECT min(day) FROM deployment)
  GROUP BY served.day, served.model_id, served.version
)
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE is_recorded) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(trim(titled(model_id) || ' ' || version)) FILTER (WHERE NOT is_recorded)) AS detail
FROM calendar
LEFT JOIN recorded USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
