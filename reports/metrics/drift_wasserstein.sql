/*---
title: Wasserstein distance in the unit of the feature
family: drift
unit: feature
better: down
definition: How far the numbers of the window must move to become those of the reference, in the unit that is declared for the feature.
formula: integral |F_c(x) - F_r(x)| dx
source: first Wasserstein distance, on 255 bins with exact means; numbers beyond 2^20 scales of the grid count as that far
apply: drift
arguments: {statistic: wasserstein_raw}
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
