/*---
title: Chi-square
family: drift
unit: "1"
better: down
definition: Pearson's test that the categories of the window and of the reference have the same distribution. It grows with the number of rows; Cramér's V is its effect size.
formula: sum((observed - expected)^2 / expected) over the 2 x categories table, without continuity correction
source: Pearson (1900)
apply: drift
arguments: {statistic: chi_square}
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
