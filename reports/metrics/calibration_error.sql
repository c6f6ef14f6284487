/*---
title: Calibration error
family: performance
unit: share
better: down
definition: >-
  Distance between the share of positives and the mean score, averaged over all labelled rows in steps of one unit of log
  odds of the score, each centred on a whole number. For a multiclass model, the score is the probability of the class it
  answered, and a positive is a right answer. Chance keeps it above 0 even where every score is true; the reason says by how much.
formula: sum over steps of n |mean score - share of positives| / sum of n
source: expected calibration error (Naeini, Cooper and Hauskrecht 2015; of the answered class, Guo et al. 2017)
apply: calibration_error
tasks: [binary, multiclass]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
  labelled_scores: no score is logged beside the labels
minimum: 100
---*/
SELECT * FROM span.label_score
