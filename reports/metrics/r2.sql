/*---
title: R²
family: performance
unit: "1"
better: up
definition: Share of the labels' variance that the predictions explain; 0 is as good as always saying the mean.
formula: 1 - sum((prediction - label)^2) / sum((label - mean label)^2)
source: 90 % interval over 32 user buckets (Cochran 1977, ratio), the variance of labels taken as known; none in segments
apply: regression
arguments: {figure: r2}
tasks: [regression]
minimum: 30
weight: 2
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
