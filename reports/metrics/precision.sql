/*---
title: Precision
family: performance
unit: share
better: up
definition: Share of labelled positive decisions that were right. A score at or above the deployed threshold is a positive decision.
formula: tp / (tp + fp)
source: >-
  90 % interval over 32 user buckets (Cochran 1977, ratio); from 7 days on, the wider of that and Student's t over
  the window's days, from 28 days on over its weeks; in segments Wilson (1927), rows independent
apply: binary
arguments: {figure: precision}
tasks: [binary]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
minimum: 30
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bucket, on_day,
  sum(tp)::BIGINT AS tp,
  sum(fp)::BIGINT AS fp,
  sum(fn)::BIGINT AS fn,
  sum(tn)::BIGINT AS tn
FROM span.outcome_binary
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, bucket),
  (model_id, version, segment, day, window_days, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7))
