/*---
title: Mean absolute error
family: performance
unit: label
better: down
definition: Mean absolute difference of prediction and label.
formula: mean(|prediction - label|)
source: 90 % interval over 32 user buckets (Cochran 1977, ratio); in segments rows independent
apply: regression
arguments: {figure: mae}
tasks: [regression]
needs:
  scored: no score or prediction is logged
  labelled: no labels have come
minimum: 30
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bucket,
  sum(n)::BIGINT AS n,
  sum(y)::DOUBLE AS y,
  sum(yy)::DOUBLE AS yy,
  sum(e)::DOUBLE AS e,
  sum(ee)::DOUBLE AS ee,
  sum(ae)::DOUBLE AS ae,
  sum(pn)::BIGINT AS pn,
  sum(pe)::DOUBLE AS pe
FROM span.outcome_regression
GROUP BY ALL
