/*---
title: Brier score
family: performance
unit: "1"
better: down
definition: >-
  Mean squared difference of score and label (1 where it is positive, else 0); 0 is perfect, and always predicting the share p
  of positives gives p (1 - p). For a multiclass model, the squares of all classes are added up, so that 2 is the worst.
formula: mean((score - label)^2); multiclass, mean(sum over classes of (probability - outcome)^2), outcome 1 for the observed class, else 0
source: >-
  Brier (1950), multiclass as scikit-learn's brier_score_loss; 90 % interval over 32 user buckets (Cochran 1977, ratio); from 7 days on, the wider of that and Student's t over the window's days, from 28 days on over its weeks
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
  sum(brier_sum)::DOUBLE AS total
FROM (
  SELECT model_id, version, segment, day, window_days, bucket, on_day, log_loss_n, brier_sum FROM span.outcome_binary
  UNION ALL
  SELECT model_id, version, segment, day, window_days, bucket, on_day, log_loss_n, brier_sum FROM span.outcome_class
)
GROUP BY GROUPING SETS (
  (model_id, version, segment, day, window_days, bucket),
  (model_id, version, segment, day, window_days, on_day)
)
HAVING (grouping(on_day) = 1 OR (segment = '' AND window_days >= 7)) AND sum(log_loss_n) > 0
