/*---
title: Training runs by an orchestrator
unit: share
definition: Of the training runs of the last 365 days, those that carry the run id of an orchestrator.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(e.day) FILTER (WHERE e.orchestrator_run_id IS NOT NULL) AS numerator,
  count(e.day) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(DISTINCT titled(e.model_id)) FILTER (WHERE NOT (e.orchestrator_run_id IS NOT NULL))) AS detail
FROM calendar
LEFT JOIN run AS e ON e.day BETWEEN calendar.day - 365 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
