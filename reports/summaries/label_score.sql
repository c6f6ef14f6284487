/*---
title: Scores by label
table: daily.label_score_hist
per: labelled
definition: >-
  Scores of labelled requests on the logit grid, by the label and the day it arrived (lag, in days). The label is 1 if the
  event whose probability is the score happened: a positive label, or for multiclass models the class that was answered.
---*/
SELECT
  key,
  lag,
  label,
  bin,
  count(*) AS n,
  sum(CAST(floor(score * 1073741824 + 0.5) AS BIGINT)) AS s1
FROM (
  SELECT
    key,
    lag,
    CAST(CASE WHEN came THEN 1 ELSE 0 END AS SMALLINT) AS label,
    score,
    CAST(CASE
      WHEN score <= 0.000003 THEN -127
      WHEN score >= 0.999997 THEN 127
      ELSE floor(10 * ln(score / (1 - score)) + 0.5)
    END AS TINYINT) AS bin
  FROM labelled
  WHERE score IS NOT NULL AND came IS NOT NULL
) AS scores
GROUP BY key, lag, label, bin
