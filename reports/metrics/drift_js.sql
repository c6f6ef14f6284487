/*---
title: Jensen-Shannon distance
family: drift
unit: "1"
better: down
definition: Distance of the window from the reference, from 0 to 1, on the same bins as the population stability index.
formula: sqrt(JS divergence in bits)
source: Lin (1991)
apply: drift
arguments: {statistic: js}
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
