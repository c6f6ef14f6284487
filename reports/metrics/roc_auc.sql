/*---
title: ROC AUC
family: performance
unit: "1"
better: up
definition: Chance that a positive label had a higher score than a negative one; 0.5 is no better than a coin.
formula: P(score | positive > score | negative) + P(equal) / 2, on steps of 0.1 log odds
source: 90 % interval after DeLong, DeLong and Clarke-Pearson (1988) on the histogram, rows independent
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
  label,
  bin,
  sum(n)::BIGINT AS n,
  sum(s1)::DOUBLE AS s1
FROM span.label_score_hist
GROUP BY ALL
