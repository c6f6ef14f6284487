/*---
title: Days from training to production
unit: days
definition: Median days from the end of a version's newest training to its first production deployment, over the versions first deployed in the last 365 days.
---*/
WITH delivered AS (
  SELECT first_deployed.*, max(run.day) AS trained_on
  FROM (
    SELECT model_id, version, min(day) AS deployed_on FROM deployment GROUP BY model_id, version
  ) AS first_deployed
  JOIN run ON run.model_id = first_deployed.model_id AND run.version = first_deployed.version AND run.day <= deployed_on
  GROUP BY ALL
)
SELECT
  calendar.day,
  'organization' AS subject,
  median(deployed_on - trained_on) AS value,
  NULL AS numerator,
  count(model_id) AS denominator,
  '' AS detail
FROM calendar
LEFT JOIN delivered ON deployed_on BETWEEN calendar.day - 365 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
