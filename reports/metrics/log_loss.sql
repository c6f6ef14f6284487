/*---
title: Log loss
family: performance
unit: nats
better: down
definition: >-
  Mean negative logarithm of the probability given to what happened. For a multiclass model it is the probability of the
  observed class, 0 where the log has none for that class.
formula: mean(-ln(score)) over positive, mean(-ln(1 - score)) over negative labels; multiclass, mean(-ln(probability of the observed class)); probabilities clipped to 1e-15 from 0 and 1
source: >-
  90 % interval over 32 user buckets (Cochran 1977, ratio); from 7 days on, the wider of that and Student's t over
  the window's days, from 28 days on over its weeks
apply: loss
tasks: [binary, multiclass]
needs:
  scored: no score or prediction is logged
  labelled: no labels yet
  labelled_scores: no score is logged beside the labels
  likelihoods: the probabilities of all classes are not logged
minimum: 30
---*/
SELECT
  model_id, version, segment, '' AS feature, day, window_days,
  bucket, on_day,
  sum(log_loss_n)::BIGINT AS n,
  sum(log_loss_sum)::DOUBLE AS total
FROM (
  SELECT model_id, version, segment, day, window_days, bucket, on_day, log_loss_n, log_loss_sum FROM span.outcome_binary
  UNION ALL
  SELECT model_id, version, segment, day, window_days, bucket, on_day, log_loss_n, log_loss_sum FROM span.outcome_class
)
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, bucket),
  (model_id, version, segment, day, window_days, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7)) AND sum(log_loss_n) > 0
