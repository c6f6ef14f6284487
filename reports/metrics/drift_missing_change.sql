/*---
title: Change of the missing share
family: drift
unit: share
better: down
definition: Share of rows without a value in the window, less the share of the reference; above 0 more are missing than before.
formula: missing / rows of the window - missing / rows of the reference
source: difference of two shares
apply: drift
arguments: {statistic: missing}
minimum: 20
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
