/*---
title: Models with passing tests
unit: share
definition: Models in production whose newest test run of the last 180 days passed; a run that names no model counts for all.
---*/
WITH newest AS (
  SELECT standing.day, standing.model_id, arg_max(ci_run.green, (ci_run.finished_at, NOT ci_run.green)) AS green
  FROM standing
  LEFT JOIN ci_run
    ON (ci_run.model_id = standing.model_id OR coalesce(ci_run.model_id, '') = '')
    AND ci_run.day BETWEEN standing.day - 180 AND standing.day
  WHERE standing.day >= (SELECT min(day) FROM ci_run)
  GROUP BY standing.day, standing.model_id
)
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE green) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE NOT coalesce(green, false))) AS detail
FROM calendar
LEFT JOIN newest USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
