/*---
title: Models that two people know
unit: share
definition: Models in production whose code two or more people changed in the last 365 days; not reported before the first commit on record.
---*/
WITH known AS (
  SELECT standing.day, standing.model_id, count(DISTINCT code_change.author) AS authors
  FROM standing
  LEFT JOIN code_change
    ON (code_change.model_id = standing.model_id OR coalesce(code_change.model_id, '') = '')
    AND code_change.day BETWEEN standing.day - 365 AND standing.day
  WHERE standing.day >= (SELECT min(day) FROM code_change)
  GROUP BY standing.day, standing.model_id
)
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE authors >= 2) AS numerator,
  count(model_id) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE authors < 2)) AS detail
FROM calendar
LEFT JOIN known USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
