/*---
title: Estimated mean absolute error
family: performance
unit: label
better: down
definition: >-
  The mean absolute error to expect from the predictions alone, before labels arrive: a prediction of a given size is assumed to err as such
  predictions erred on the reference days of its version, or on those of the model while the version has too few labels of its own.
  It sees predictions move; it cannot see that the same inputs now mean
  something else.
formula: >-
  mean of m(prediction); m is the mean of |prediction - label| on the reference days, in steps of the prediction with about 50 labels each
source: >-
  after direct loss estimation (NannyML), with the prediction as the only input; 90 % interval of sampling, what was learned
  taken as exact
apply: estimate_error
arguments: {figure: mae}
tasks: [regression]
needs:
  scored: no score or prediction is logged
minimum: 100
weight: 0
without_labels: true
---*/
SELECT part, model_id, version, segment, feature, day, window_days, logged_version, apart,
  grid_from, scale, bin, n, a, aa, aaaa
FROM span.error_estimate
