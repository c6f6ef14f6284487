/*---
title: Average precision
family: performance
unit: "1"
better: up
definition: >-
  Precision averaged over the positive labels, going down from the highest score; an uninformative model reaches the
  share of positives. It is more telling than ROC AUC where positives are rare.
formula: mean over positive labels of (positives with a score at least as high / rows with a score at least as high), on steps of 0.1 log odds
source: >-
  90 % interval on log odds (Boyd, Eng and Page 2013), rows independent; from 7 days on, the wider of that and Student's t
  over the window's days, from 28 days on over its weeks, each left out in turn
apply: average_precision
tasks: [binary]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
  labelled_scores: no score is logged beside the labels
minimum: 50
---*/
SELECT * FROM span.label_score
