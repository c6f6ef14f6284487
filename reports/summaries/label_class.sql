/*---
title: Labels of multiclass models
table: daily.label_hist
per: labelled
definition: Classes of labels, by the day the labels arrived (lag, in days); beyond 1,000 a day the rarest have no name.
---*/
SELECT key, lag, value, sum(n) AS n
FROM (
  SELECT key, lag, CASE WHEN place <= 1000 THEN label_class END AS value, n
  FROM (
    SELECT key, lag, label_class, n, row_number() OVER (PARTITION BY key ORDER BY n DESC, label_class, lag) AS place
    FROM (
      SELECT key, lag, label_class, count(*) AS n
      FROM labelled
      WHERE is_multiclass AND label_class IS NOT NULL
      GROUP BY key, lag, label_class
    ) AS classes
  ) AS placed
) AS named
GROUP BY key, lag, value
