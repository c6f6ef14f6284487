/*---
title: Values tested by experiment
unit: share
definition: Of the models with unit values, those with an experiment begun in the last 365 days.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE value IS NOT NULL AND (coalesce(left(experiment, 10)::DATE BETWEEN calendar.day - 365 AND calendar.day, false))) AS numerator,
  count(model_id) FILTER (WHERE value IS NOT NULL) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE value IS NOT NULL AND NOT (coalesce(left(experiment, 10)::DATE BETWEEN calendar.day - 365 AND calendar.day, false)))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
