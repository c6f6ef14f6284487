/*---
title: Changes approved by a second person
unit: share
definition: Of the commits of the last 180 days, those approved by somebody other than their author.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(e.day) FILTER (WHERE coalesce(e.approver <> e.author, false)) AS numerator,
  count(e.day) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(DISTINCT coalesce(titled(e.model_id), 'code of no single model')) FILTER (WHERE NOT (coalesce(e.approver <> e.author, false)))) AS detail
FROM calendar
LEFT JOIN code_change AS e ON e.day BETWEEN calendar.day - 180 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
