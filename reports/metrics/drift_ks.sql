/*---
title: Kolmogorov-Smirnov statistic
family: drift
unit: "1"
better: down
definition: Largest gap between the distribution functions of the window and of the reference, finite numbers only; scores at the edges of their bins.
formula: max |F_c(x) - F_r(x)|
source: Kolmogorov-Smirnov, two samples
apply: drift
arguments: {statistic: ks}
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
