/*---
title: Hellinger distance
family: drift
unit: "1"
better: down
definition: Distance of the window from the reference, from 0 to 1, on the same bins as the population stability index.
formula: sqrt(sum((sqrt(c) - sqrt(r))^2) / 2) over shares
source: Hellinger (1909)
apply: drift
arguments: {statistic: hellinger}
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
