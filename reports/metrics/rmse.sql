/*---
title: Root mean squared error
family: performance
unit: label
better: down
definition: Root of the mean squared difference of prediction and label.
formula: sqrt(mean((prediction - label)^2))
source: >-
  90 % interval over 32 user buckets (Cochran 1977, ratio); from 7 days on, the wider of that and Student's t over
  the window's days, from 28 days on over its weeks; none in segments
apply: regression
arguments: {figure: rmse}
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
