/*---
title: Unseen share
family: drift
unit: share
better: down
definition: Share of the window's rows with a category that no row of the reference had.
formula: rows with an unseen category / rows
source: as in TensorFlow Data Validation
apply: drift
arguments: {statistic: unseen}
minimum: 20
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grid_from, scale, bin, n, s1, s2
FROM span.drift
