/*---
title: Models with a review ahead
unit: share
definition: Models in production whose next review is planned and not overdue.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE next_review IS NOT NULL AND next_review >= calendar.day) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT (next_review IS NOT NULL AND next_review >= calendar.day))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
