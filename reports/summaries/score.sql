/*---
title: Scores on the logit grid
table: daily.score_hist
per: input
definition: >-
  Scores in steps of 0.1 log odds, with the sum of round(score * 2^30) and how many were positive decisions. The score of a
  multiclass model is the probability of the class it answered, and every score counts as a decision.
---*/
SELECT
  key,
  bin,
  count(*) AS n,
  sum(CAST(floor(score * 1073741824 + 0.5) AS BIGINT)) AS s1,
  count(CASE WHEN decided THEN 1 END) AS decided
FROM (
  SELECT
    key,
    score,
    decided,
    CAST(CASE
      WHEN score <= 0.000003 THEN -127
      WHEN score >= 0.999997 THEN 127
      ELSE floor(10 * ln(score / (1 - score)) + 0.5)
    END AS TINYINT) AS bin
  FROM input
  WHERE (is_binary OR is_multiclass) AND score IS NOT NULL
) AS scores
GROUP BY key, bin
