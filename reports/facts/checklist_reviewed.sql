/*---
title: Checklist items reviewed
unit: share
definition: Of the playbook's questions, those whose answer somebody reviewed in the last 180 days; not reported before the first answer.
---*/
WITH begun AS (
  SELECT calendar.day, count(question.item) AS questions
  FROM calendar, question
  WHERE calendar.day >= (SELECT min(reviewed) FROM answer)
  GROUP BY calendar.day
)
SELECT
  calendar.day,
  'organization' AS subject,
  count(DISTINCT answer.item) AS numerator,
  max(begun.questions) AS denominator,
  share(numerator, denominator) AS value,
  '' AS detail
FROM calendar
LEFT JOIN begun USING (day)
LEFT JOIN answer
  ON answer.reviewed BETWEEN calendar.day - 180 AND calendar.day AND answer.item IN (SELECT item FROM question)
GROUP BY calendar.day
ORDER BY calendar.day
