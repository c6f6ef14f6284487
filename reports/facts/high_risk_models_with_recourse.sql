/*---
title: High-risk models with fallback and appeal
unit: share
definition: Of the high-risk models in production, those with a fallback and a route of appeal.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE risk_tier = 'high' AND (fallback IS NOT NULL AND appeal IS NOT NULL)) AS numerator,
  count(model_id) FILTER (WHERE risk_tier = 'high') AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE risk_tier = 'high' AND NOT (fallback IS NOT NULL AND appeal IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
