/*---
title: Macro recall
family: performance
unit: share
better: up
definition: >-
  Mean over classes of the share of labels of a class that were answered with it; every class has the same weight, however rare. A class without labels
  counts as 0.
formula: mean over classes of right answers of the class / labels of the class
source: scikit-learn (average macro, zero_division 0); 90 % interval over 32 user buckets (Cochran 1977, ratios linearised); none in segments
apply: classes
arguments: {figure: recall, average: macro}
tasks: [multiclass]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
minimum: 30
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
