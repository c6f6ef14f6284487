/*---
title: Deployments behind a gate
unit: share
definition: Of the production deployments of the last 365 days, those that passed a named gate first.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(e.day) FILTER (WHERE e.gate IS NOT NULL) AS numerator,
  count(e.day) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(DISTINCT titled(e.model_id)) FILTER (WHERE NOT (e.gate IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN deployment AS e ON e.day BETWEEN calendar.day - 365 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
