/*---
title: Categories by the dictionary
table: daily.category_hist
per: feature_category
definition: >-
  One feature's values x by their rank in the dictionary; -1 for values not in it, -2 for missing ones. Invalid: not among
  the declared values.
---*/
SELECT
  key,
  CASE WHEN x IS NULL THEN -2 WHEN rank IS NULL THEN -1 ELSE rank END AS code,
  count(*) AS n,
  sum(CASE WHEN invalid THEN 1 ELSE 0 END) AS invalid
FROM feature_values
GROUP BY
  key,
  CASE WHEN x IS NULL THEN -2 WHEN rank IS NULL THEN -1 ELSE rank END
