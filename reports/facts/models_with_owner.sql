/*---
title: Models with an owner
unit: share
definition: Models in production with a role or team that answers for them.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE owner IS NOT NULL) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT (owner IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
