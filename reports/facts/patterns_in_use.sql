/*---
title: Deployment patterns in use
unit: count
definition: Different declared patterns among the models in production.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(DISTINCT pattern) AS numerator,
  NULL AS denominator,
  nullif(numerator, 0)::DOUBLE AS value,
  coalesce(nullif(array_to_string(list_sort(list(DISTINCT pattern)), ', '), ''), 'none that is declared') AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
