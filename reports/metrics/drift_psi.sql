/*---
title: Population stability index
family: drift
unit: "1"
better: down
definition: Distance of the window from the reference. Numbers are compared on ten bins with equal shares of the reference, as closely as the bins of the daily summaries allow; categories on the 30 most frequent ones and the rest. Missing and non-finite values have bins of their own. The reason says what chance alone gives.
formula: sum((c - r) * ln(c / r)) over shares, an empty share counts as 0.0001
source: Siddiqi (2006); empty share as in Evidently
apply: drift
arguments: {statistic: psi}
thresholds: {good: 0.1, poor: 0.25}
minimum: 200
weight: 2
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
