/*---
title: Bias
family: performance
unit: label
better: neither
definition: Mean difference of prediction and label; above 0 the model predicts too much.
formula: mean(prediction - label)
source: >-
  90 % interval over 32 user buckets (Cochran 1977, ratio); from 7 days on, the wider of that and Student's t over
  the window's days, from 28 days on over its weeks; in segments rows independent
apply: regression
arguments: {figure: bias}
tasks: [regression]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
minimum: 30
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bucket, on_day,
  sum(n)::BIGINT AS n,
  sum(y)::DOUBLE AS y,
  sum(yy)::DOUBLE AS yy,
  sum(e)::DOUBLE AS e,
  sum(ee)::DOUBLE AS ee,
  sum(ae)::DOUBLE AS ae,
  sum(pn)::BIGINT AS pn,
  sum(pe)::DOUBLE AS pe
FROM span.outcome_regression
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, bucket),
  (model_id, version, segment, day, window_days, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7))
