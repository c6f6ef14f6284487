/*---
title: Requests by result of a rule
table: daily.rule
per: rule
definition: >-
  Requests to which one declared rule applies: those that pass, those that fail, and those that lack a value it reads,
  which are not judged.
---*/
SELECT
  key,
  sum(CASE WHEN holds THEN 1 ELSE 0 END) AS passed,
  sum(CASE WHEN NOT holds THEN 1 ELSE 0 END) AS failed,
  sum(CASE WHEN holds IS NULL THEN 1 ELSE 0 END) AS unjudged
FROM rule_values
WHERE applies IS NULL OR applies
GROUP BY key
