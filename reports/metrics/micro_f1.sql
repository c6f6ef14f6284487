/*---
title: Micro F1
family: performance
unit: share
better: up
definition: >-
  F1 over all classes together. Every row has one label and one answer, so it is the micro precision, the micro recall and
  the accuracy at once.
formula: right answers / labelled answers
source: scikit-learn (average micro); 90 % interval over 32 user buckets (Cochran 1977, ratio); none in segments
apply: classes
arguments: {figure: f_beta, beta: 1, average: micro}
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
