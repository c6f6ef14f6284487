/*---
title: Cramér's V
family: drift
unit: "1"
better: down
definition: Strength of the difference between the categories of the window and of the reference, from 0 to 1, whatever the number of rows.
formula: sqrt(chi-square / n) of the 2 x categories table
source: Cramér (1946)
apply: drift
arguments: {statistic: cramers_v}
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
