/*---
title: Kolmogorov-Smirnov statistic
family: drift
unit: "1"
better: down
definition: Largest gap between the distribution functions of the window and of the reference days, finite values only.
formula: max |F_c(x) - F_r(x)| at 254 fixed borders
source: Kolmogorov-Smirnov, two samples
apply: drift
arguments: {statistic: ks}
minimum: 200
---*/
SELECT part, kind, model_id, version, segment, feature, day, window_days, grid_from, bin, n, s1, s2
FROM span.drift
