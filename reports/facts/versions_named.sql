/*---
title: Requests that name their version
unit: share
definition: Share of the last 28 days' requests to models in production whose log says which version answered.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  sum(versioned)::BIGINT AS numerator,
  sum(requests)::BIGINT AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE versioned < requests)) AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
