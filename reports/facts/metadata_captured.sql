/*---
title: Metadata captured by pipelines
unit: share
definition: Of six items for each version that served in the last 28 days, those captured or inferred and not written by hand.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  sum(captured)::BIGINT AS numerator,
  (6 * count(model_id))::BIGINT AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(trim(titled(model_id) || ' ' || version)) FILTER (WHERE captured < 6)) AS detail
FROM calendar
LEFT JOIN documented USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
