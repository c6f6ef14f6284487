/*---
title: Precision of a class
family: performance
unit: share
better: up
definition: >-
  Share of the answers of a class that were right; one reading per class, with its name in the column feature.
formula: right answers of the class / answers of the class
source: 90 % interval over 32 user buckets (Cochran 1977, ratio); none in segments
apply: classes
arguments: {figure: precision, average: each}
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
