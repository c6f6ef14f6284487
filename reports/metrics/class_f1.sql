/*---
title: F1 of a class
family: performance
unit: share
better: up
definition: >-
  Harmonic mean of the precision and recall of a class; one reading per class, with its name in the column feature.
formula: 2 right / (answers + labels) of the class
source: 90 % interval over 32 user buckets (Cochran 1977, ratio); none in segments
apply: classes
arguments: {figure: f_beta, beta: 1, average: each}
tasks: [multiclass]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
minimum: 30
weight: 0
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bucket,
  label,
  predicted,
  sum(n)::BIGINT AS n,
  sum(hits)::BIGINT AS hits
FROM span.outcome_class
GROUP BY ALL
