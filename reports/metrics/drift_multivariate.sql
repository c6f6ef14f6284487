/*---
title: Multivariate drift
family: drift
unit: "1"
better: down
definition: >-
  How badly the directions in which the reference varies describe the numeric features of the window together: mean squared
  reconstruction error from the principal components that explain 65 % of the reference's variance, relative to that of the
  reference itself. 1 is like the reference. Based on 1,000 requests a day; only for models with multivariate in the catalog.
formula: mean |z - P z|^2 of the window / the same of the reference, z standardised by the reference
source: Jackson and Mudholkar (1979); NannyML uses the root
apply: reconstruction
minimum: 200
---*/
SELECT part, kind, ref, model_id, version, segment, feature, day, window_days, grids, a, b, n, s
FROM span.joint
