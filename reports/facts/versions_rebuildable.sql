/*---
title: Versions that can be rebuilt
unit: share
definition: Of the versions that served in the last 28 days, those whose training data, code and dependencies a pipeline captured.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE rebuildable = 3) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(trim(titled(model_id) || ' ' || version)) FILTER (WHERE NOT (rebuildable = 3))) AS detail
FROM calendar
LEFT JOIN documented USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
