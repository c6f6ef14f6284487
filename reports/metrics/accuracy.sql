/*---
title: Accuracy
family: performance
unit: share
better: up
definition: Share of labelled decisions or answers that were right. A score at or above the deployed threshold is a positive decision.
formula: (tp + tn) / (tp + fp + fn + tn); multiclass, right answers / labelled answers
source: >-
  90 % interval over 32 user buckets (Cochran 1977, ratio); from 7 days on, the wider of that and Student's t over
  the window's days, from 28 days on over its weeks; in segments Wilson (1927), rows independent
apply: binary
arguments: {figure: accuracy}
tasks: [binary, multiclass]
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
FROM (
  SELECT model_id, version, segment, day, window_days, bucket, on_day, tp, fp, fn, tn FROM span.outcome_binary
  UNION ALL
  SELECT model_id, version, segment, day, window_days, bucket, on_day, hits, n - hits, 0, 0 FROM span.outcome_class
)
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, bucket),
  (model_id, version, segment, day, window_days, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7))
