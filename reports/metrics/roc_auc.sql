/*---
title: ROC AUC
family: performance
unit: "1"
better: up
definition: Chance that a positive label had a higher score than a negative one; 0.5 is no better than a coin toss.
formula: P(score | positive > score | negative) + P(equal) / 2, on steps of 0.1 log odds; inside a step by the mean scores of both labels
source: >-
  90 % interval on log odds after DeLong, DeLong and Clarke-Pearson (1988) on the histogram, rows independent; from 7 days
  on, the wider of that and Student's t over the window's days, from 28 days on over its weeks, each left out in turn
apply: auc
tasks: [binary]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
  labelled_scores: no score is logged beside the labels
minimum: 50
weight: 2
---*/
SELECT * FROM span.label_score
