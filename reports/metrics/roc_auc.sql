/*---
title: ROC AUC
family: performance
unit: "1"
better: up
definition: Chance that a positive label had a higher score than a negative one; 0.5 is no better than a coin.
formula: P(score | positive > score | negative) + P(equal) / 2, on steps of 0.1 log odds
source: >-
  90 % interval on log odds after DeLong, DeLong and Clarke-Pearson (1988) on the histogram, rows independent; from 7 days
  on the wider of that and Student's t over the window's days, from 28 on over its weeks, each left out in turn
apply: auc
tasks: [binary]
needs:
  scored: no score or prediction is logged
  labelled: no labels have come
  labelled_scores: no score is logged beside the labels
minimum: 50
weight: 2
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  label, bin, on_day,
  sum(n)::BIGINT AS n,
  sum(s1)::DOUBLE AS s1
FROM (
  SELECT * REPLACE (  -- a week is told apart by its last day: its days are never needed one by one
    CASE WHEN window_days < 28 THEN on_day ELSE day - ((day - on_day) // 7 * 7)::INTEGER END AS on_day
  )
  FROM span.label_score_hist
)
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, label, bin),
  (model_id, version, segment, day, window_days, label, bin, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7))
