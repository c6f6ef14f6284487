/*---
title: Population stability index
family: drift
unit: "1"
better: down
definition: Distance of the window from the reference days on ten bins with equal shares of the reference (categories as they are); missing and not finite values have bins of their own.
formula: sum((c - r) * ln(c / r)) over shares, an empty share counts 0.0001
source: Siddiqi (2006); empty share as in Evidently
apply: drift
arguments: {statistic: psi}
thresholds: {good: 0.1, poor: 0.25}
minimum: 200
weight: 2
---*/
SELECT part, kind, model_id, version, segment, feature, day, window_days, grid_from, bin, n, s1, s2
FROM span.drift
