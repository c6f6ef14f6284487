/*---
title: Models with fresh labels
unit: share
definition: Of the models that should have labels, those with one at most 14 days older than the declared delay explains.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE owes_labels AND (has_fresh_labels)) AS numerator,
  count(model_id) FILTER (WHERE owes_labels) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE owes_labels AND NOT (has_fresh_labels))) AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
