/*---
title: Models watched for drift
unit: share
definition: Of the models that answered in the last 28 days, those with logged features and a reference that is over.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE requests > 0 AND (has_drift)) AS numerator,
  count(model_id) FILTER (WHERE requests > 0) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE requests > 0 AND NOT (has_drift))) AS detail
FROM calendar
LEFT JOIN standing USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
