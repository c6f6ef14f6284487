/*---
title: Models with measured performance
unit: share
definition: Of the models that should have labels, those with at least 30 labels in the last 28 days.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE owes_labels AND (labels >= 30)) AS numerator,
  count(model_id) FILTER (WHERE owes_labels) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE owes_labels AND NOT (labels >= 30))) AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
