/*---
title: Models with latency
unit: share
definition: Of the models that answered in the last 28 days, those whose log says how long it took.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE requests > 0 AND (timed > 0)) AS numerator,
  count(model_id) FILTER (WHERE requests > 0) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE requests > 0 AND NOT (timed > 0))) AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
