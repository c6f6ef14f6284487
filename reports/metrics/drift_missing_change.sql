/*---
title: Change of the missing share
family: drift
unit: share
better: down
definition: Share of rows without a value in the window, minus that share in the reference; above 0, more values are missing than in the reference.
formula: missing / rows of the window - missing / rows of the reference
source: difference of two shares
apply: drift
arguments: {statistic: missing}
minimum: 20
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
