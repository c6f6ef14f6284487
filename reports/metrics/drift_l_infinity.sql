/*---
title: Largest change of a category
family: drift
unit: share
better: down
definition: Largest difference in the share of any category between the window and the reference.
formula: max |c - r| over shares
source: L-infinity distance, as in NannyML
apply: drift
arguments: {statistic: l_infinity}
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
