/*---
title: Skill against the simple alternative
family: performance
unit: share
better: up
definition: >-
  How much smaller the model's mean absolute error is than that of the simple alternative, over the labelled requests
  whose log says what the alternative answered; 0 is no better, below 0 worse. Seasons move both errors, so scorecards
  read it over the longest window.
formula: 1 - sum(|prediction - label|) / sum(|baseline - label|)
source: >-
  skill score (Murphy 1988) of absolute errors; 90 % interval over 32 user buckets (Cochran 1977, ratio); from 7 days on,
  the wider of that and Student's t over the window's days, from 28 days on over its weeks, as the requests of a day share
  its weather; none in segments
apply: skill
tasks: [regression]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
minimum: 200
thresholds: {good: 0.05, poor: 0}
weight: 3
graded_over: longest
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bucket, on_day,
  sum(bn)::BIGINT AS bn,
  sum(pae)::DOUBLE AS pae,
  sum(bae)::DOUBLE AS bae
FROM span.outcome_regression
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, bucket),
  (model_id, version, segment, day, window_days, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7)) AND (segment = '' OR sum(bn) > 0)
