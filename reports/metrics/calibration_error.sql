/*---
title: Calibration error
family: performance
unit: share
better: down
definition: >-
  How far the share of positives lies from the mean score, averaged over all labelled rows by steps of one unit of log
  odds of the score, each around a whole number. The score of a multiclass model is the probability of the class it answered,
  a positive an answer that was right. It is above 0 by chance even where every score is true; the reason says by how much.
formula: sum over steps of n |mean score - share of positives| / sum of n
source: expected calibration error (Naeini, Cooper and Hauskrecht 2015; of the answered class, Guo et al. 2017)
apply: calibration_error
tasks: [binary, multiclass]
needs:
  scored: no score or prediction is logged
  labelled: no labels have come
  labelled_scores: no score is logged beside the labels
minimum: 100
---*/
SELECT * FROM span.label_score
